SELECT p.applied_at, p.document
FROM sminion.policy_version p
WHERE p.applied_at <= %(last)s::timestamptz
  AND p.epoch >= coalesce((SELECT pg_catalog.max(b.epoch) FROM sminion.policy_version b
                           WHERE b.applied_at <= %(first)s::timestamptz), 0)
ORDER BY p.epoch
