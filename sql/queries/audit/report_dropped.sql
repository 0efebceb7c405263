-- Months of the log, in UTC, that are no longer there: those that the report is about, and those that were dropped in its month.
SELECT d.month, d.at, d.statements, d.writes,
       d.month::timestamp AT TIME ZONE 'UTC' < %(until)s::timestamptz
         AND (d.month::timestamp + interval '1 month') AT TIME ZONE 'UTC' > %(since)s::timestamptz AS missing,
       d.at >= %(since)s::timestamptz AND d.at < %(until)s::timestamptz AS during
FROM sminion.dropped_log d
WHERE d.at >= %(since)s::timestamptz
ORDER BY d.month
