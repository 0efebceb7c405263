SELECT sminion.extend_request(%(id)s, %(notice)s, %(actor)s)
