SELECT i.outcome, count(*) AS lines
FROM sminion.import_consents(
  %(subjects)s::text[], %(purposes)s::text[], %(decisions)s::text[], %(given_at)s::timestamptz[], %(hashes)s::bytea[], %(channels)s::text[],
  %(until)s::timestamptz[], %(actors)s::text[], %(reason)s, %(kind)s) i
GROUP BY i.outcome
