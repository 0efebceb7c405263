WITH person AS MATERIALIZED (
  SELECT %(subject)s::text AS key UNION SELECT k.key FROM pg_catalog.unnest(sminion.other_keys(%(subject)s::text)) AS k (key)
)
SELECT d.recipient, pg_catalog.array_agg(DISTINCT d.contract ORDER BY d.contract) AS contracts,
       pg_catalog.array_agg(DISTINCT d.purpose ORDER BY d.purpose) AS purposes, pg_catalog.array_agg(DISTINCT c.name ORDER BY c.name) AS categories,
       min(d.disclosed_at) AS first_at, max(d.disclosed_at) AS last_at, count(DISTINCT d.id) AS times,
       ARRAY(SELECT o.id FROM sminion.obligation_status o WHERE o.recipient = d.recipient AND o.subject IN (SELECT p.key FROM person p)
             AND o.state IN ('due', 'overdue') ORDER BY o.id) AS to_be_told,
       ARRAY(SELECT o.id FROM sminion.obligation_status o WHERE o.recipient = d.recipient AND o.subject IN (SELECT p.key FROM person p)
             AND o.state IN ('told', 'acknowledged') ORDER BY o.id) AS told
FROM sminion.disclosures d JOIN person k ON k.key = d.subject
CROSS JOIN LATERAL pg_catalog.unnest(d.categories) AS c (name)
GROUP BY d.recipient ORDER BY d.recipient
