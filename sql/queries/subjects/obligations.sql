SELECT o.id, o.request, o.kind, o.subject, o.recipient, o.state, o.due_on, o.attempts, o.told_at, o.acknowledged_at, o.waived_at, o.known_as
FROM sminion.obligation_status o
WHERE (%(states)s::text[] IS NULL OR o.state = ANY (%(states)s::text[]))
  AND (%(request)s::bigint IS NULL OR o.request = %(request)s::bigint)
ORDER BY o.due_on, o.id
