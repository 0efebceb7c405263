SELECT sminion.assign_request(%(id)s, %(unit)s, %(reason)s, %(actor)s)
