SELECT sminion.block(%(subject)s::text, %(reason)s, %(actor)s, %(kind)s, %(schemas)s::text[], %(until)s::timestamptz)
