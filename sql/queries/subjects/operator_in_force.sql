SELECT (SELECT v.document -> 'operator' FROM sminion.policy_version v ORDER BY v.epoch DESC LIMIT 1) AS operator
