SELECT sminion.open_request(
  %(subject)s::text, %(request)s, %(reason)s, %(purpose)s, %(trigger)s, %(received_at)s::timestamptz, %(channel)s, %(representative)s,
  %(unit)s, %(actor)s, %(kind)s, %(schemas)s::text[])
