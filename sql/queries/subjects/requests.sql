SELECT r.id, r.kind, r.subject, r.purpose, r.trigger, r.state, r.due_on, r.days_left, r.extended, r.provisional, r.blocks, r.identified,
       r.unit, r.channel, r.representative, r.received_at, r.closed_at, r.outcome, r.duplicate_of, r.calendar, r.policy_version, r.clarifications, r.other_keys,
       r.schemas
FROM sminion.request_status r
WHERE (%(id)s::bigint IS NULL OR r.id = %(id)s::bigint)
  AND (%(states)s::text[] IS NULL OR r.state = ANY (%(states)s::text[]))
  AND (%(subject)s::text IS NULL OR r.subject = %(subject)s::text)
  AND (%(unit)s::text IS NULL OR r.unit = %(unit)s::text)
  AND (NOT %(held)s::boolean
    OR EXISTS (SELECT FROM sminion.destruction_status d WHERE d.request = r.id AND d.state = 'held'))
ORDER BY r.state = 'closed', r.due_on, r.id
LIMIT %(limit)s
