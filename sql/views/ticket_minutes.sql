-- Minutes (UTC) in which a login opened hundreds of tickets, and how many: each hundredth ticket is looked up in an index, by the
-- number by which open_ticket limits them, and stands for a hundred. So ten million tickets cost a hundred thousand lookups,
-- and not a count of all. Tickets that were opened at the same moment may share a number, and count as one then.
CREATE VIEW sminion.ticket_minutes AS
  WITH RECURSIVE logins AS (
    (SELECT t.login FROM sminion.ticket t ORDER BY t.login LIMIT 1)
    UNION ALL
    SELECT (SELECT t.login FROM sminion.ticket t WHERE t.login > l.login ORDER BY t.login LIMIT 1) FROM logins l
    WHERE l.login IS NOT NULL
  ), hundredth AS (
    SELECT k.login, k.nth, k.opened_at FROM logins l
    CROSS JOIN LATERAL (
      SELECT t.login, t.nth, t.opened_at FROM sminion.ticket t WHERE t.login = l.login ORDER BY t.nth DESC LIMIT 1) k
    UNION ALL
    SELECT k.login, k.nth, k.opened_at FROM hundredth h
    CROSS JOIN LATERAL (
      SELECT t.login, t.nth, t.opened_at FROM sminion.ticket t
      WHERE t.login = h.login AND t.nth <= h.nth - 100 ORDER BY t.nth DESC LIMIT 1) k
  )
  SELECT h.login, pg_catalog.date_trunc('minute', h.opened_at, 'UTC') AS minute, (100 * pg_catalog.count(*)) AS tickets,
         -- by the policy in force; NULL where it does not name the login any more
         (SELECT pg_catalog.max(l.tickets_per_minute) FROM sminion.login l WHERE l.login = h.login) AS permitted
  FROM hundredth h
  GROUP BY 1, 2 HAVING pg_catalog.count(*) > 1;
COMMENT ON VIEW sminion.ticket_minutes IS 'minutes in which a login opened hundreds of tickets, about how many, and how many are permitted';
