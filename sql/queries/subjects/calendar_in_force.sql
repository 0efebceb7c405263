SELECT v.document -> 'requests' ->> 'calendar' AS calendar FROM sminion.policy_version v ORDER BY v.epoch DESC LIMIT 1
