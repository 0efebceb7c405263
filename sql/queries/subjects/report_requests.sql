SELECT r.id, r.kind, r.purpose, r.state, r.received_at, r.due_on, r.closed_at, r.outcome,
       (SELECT h.reason FROM sminion.request_history h WHERE h.request = r.id AND h.event = 'closed' ORDER BY h.id DESC LIMIT 1) AS answer
FROM sminion.request_status r WHERE r.subject = %(subject)s ORDER BY r.id
