SELECT sminion.unmerge_subjects(%(subject)s, %(other)s, %(reason)s, %(actor)s, %(kind)s, %(other_kind)s, %(request)s)
