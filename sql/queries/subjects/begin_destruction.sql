SELECT sminion.begin_destruction(%(request)s, %(reason)s, %(slow)s, %(actor)s)
