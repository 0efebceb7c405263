SELECT sminion.report_restore(%(reason)s)
