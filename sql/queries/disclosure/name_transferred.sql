SELECT sminion.name_transferred(%(disclosure)s, %(subjects)s::text[])
