-- Minutes (UTC) in which a login wrote a twentieth of what it may to the journal, or more: about how many MB, and how many it might have.
CREATE VIEW sminion.journal_minutes AS
  SELECT b.login, b.minute, pg_catalog.max(b.megabytes) AS megabytes, pg_catalog.max(b.permitted) AS permitted
  FROM sminion.busy_minute b GROUP BY b.login, b.minute;
COMMENT ON VIEW sminion.journal_minutes IS 'minutes in which a login wrote much to the journal, about how many MB, and how many are permitted';
