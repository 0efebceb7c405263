SELECT sminion.identify_request(%(id)s, %(how)s, %(actor)s)
