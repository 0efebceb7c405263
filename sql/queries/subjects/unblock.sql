SELECT sminion.unblock(%(subject)s::text, %(reason)s, %(actor)s, %(kind)s, %(schemas)s::text[])
