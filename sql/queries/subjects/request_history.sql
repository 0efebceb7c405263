SELECT e.at, e.event, e.detail, e.reason, e.actor, e.login FROM sminion.request_history e WHERE e.request = %(id)s ORDER BY e.id
