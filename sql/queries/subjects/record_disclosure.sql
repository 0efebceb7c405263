SELECT sminion.record_disclosure(
  %(recipient)s, %(purpose)s, %(categories)s::text[], %(subjects)s::text[], %(reason)s, %(disclosed_at)s::timestamptz, %(actor)s, %(kind)s)
