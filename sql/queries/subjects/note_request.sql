SELECT sminion.note_request(%(id)s, %(note)s, %(actor)s)
