-- The document of the last policy that was in force, also after its removal; no row where there was none.
SELECT v.document FROM sminion.policy_version v ORDER BY v.epoch DESC LIMIT 1;
