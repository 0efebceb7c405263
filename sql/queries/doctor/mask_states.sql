-- States whose mask is not what their consents, objections and block make under the policy in force; those that wait for it are left out.
SELECT pg_catalog.count(*)
FROM sminion.policy p
JOIN LATERAL (
  SELECT s.* FROM sminion.subject_state s WHERE s.epoch >= p.mask_epoch LIMIT %(most)s
) AS s ON s.mask <> CASE WHEN s.erased THEN 0 ELSE sminion.mask(p, s.blocked, s.consents, s.objections) END;
