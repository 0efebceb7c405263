SELECT sminion.record_verification(%(request)s, %(result)s, %(actor)s)
