SELECT o.disclosure, o.token
FROM sminion.open_transfer(
  %(recipient)s, %(purpose)s, %(actor)s, %(reason)s, %(query)s, %(query_sha256)s, %(columns)s::text[], %(categories)s::text[],
  schemas => %(schemas)s::text[], unit => %(unit)s, basis_ref => %(basis_ref)s, "values" => %(values)s::jsonb) AS o
