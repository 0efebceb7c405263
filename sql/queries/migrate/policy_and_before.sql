-- The policy in force, and then the version before it, each with its time; no row where none is in force.
SELECT v.document, v.version, v.applied_at
FROM sminion.policy_version v
WHERE v.epoch <= pg_catalog.split_part(sminion.policy_in_force(), ':', 1)::integer
ORDER BY v.epoch DESC LIMIT 2
