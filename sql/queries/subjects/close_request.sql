SELECT sminion.close_request(%(id)s, %(outcome)s, %(reason)s, %(duplicate_of)s, %(actor)s, %(unchanged)s)
