-- The busiest minute of each login that opened hundreds of tickets in one, and how many the policy permits.
SELECT DISTINCT ON (m.login) m.login::text AS login, m.minute, m.tickets, m.permitted
FROM sminion.ticket_minutes m
WHERE m.minute >= %(since)s::timestamptz AND m.minute < %(until)s::timestamptz
ORDER BY m.login, m.tickets DESC, m.minute
