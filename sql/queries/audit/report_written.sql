-- The minute of each login in which it wrote the most to the journal, of those with a twentieth of what it may, and how many MB the policy permits.
SELECT DISTINCT ON (m.login) m.login::text AS login, m.minute, m.megabytes, m.permitted
FROM sminion.journal_minutes m
WHERE m.minute >= %(since)s::timestamptz AND m.minute < %(until)s::timestamptz
ORDER BY m.login, m.megabytes DESC, m.minute
