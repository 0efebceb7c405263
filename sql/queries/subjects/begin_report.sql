SELECT sminion.begin_report(%(subject)s, %(reason)s, %(request)s, %(kind)s)
