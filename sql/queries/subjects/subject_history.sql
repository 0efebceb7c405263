SELECT h.id, h.at, h.event, h.purpose, h.schemas, h.until, h.reason, h.actor, h.login, h.request, h.policy_version
FROM sminion.subject_history h WHERE h.subject = %(subject)s ORDER BY h.id
