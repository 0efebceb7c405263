-- States whose mask is not what their consents, objections and block, and those of other keys of the person, make under the policy in force; those that wait for it are left out.
SELECT pg_catalog.count(*)
FROM sminion.policy p
JOIN LATERAL (
  SELECT s.* FROM sminion.subject_state s WHERE s.epoch >= p.mask_epoch LIMIT %(most)s
) AS s ON s.mask <> sminion.state_mask(p, s) OR s.schemas_mask IS DISTINCT FROM sminion.schemas_mask(p, s);
