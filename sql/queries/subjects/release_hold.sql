SELECT sminion.release_hold(%(id)s, %(reason)s, %(actor)s)
