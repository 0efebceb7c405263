-- The document of the policy in force; no row where there is none.
SELECT v.document FROM sminion.policy p JOIN sminion.policy_version v ON v.epoch = p.epoch;
