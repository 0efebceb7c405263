SELECT r.subject, r.purpose, r.state, r.given_at, r.until, r.text_sha256, r.channel, r.actor, r.login, r.reason, r.recorded_at,
       r.policy_version
FROM sminion.consent_register r WHERE r.subject = %(subject)s::text ORDER BY r.purpose COLLATE "C"
