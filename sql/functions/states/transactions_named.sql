-- Who the given transactions are, for messages: virtual transaction ids as pg_locks shows them, those of prepared
-- transactions included. What everybody may see of a session is its process, its user and the name it gave itself.
CREATE FUNCTION sminion.transactions_named(virtual text[]) RETURNS text
LANGUAGE sql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
  SELECT coalesce(string_agg(n.name, ', ' ORDER BY n.name) FILTER (WHERE n.place <= 10), 'a transaction that has ended')
         || CASE WHEN count(*) > 10 THEN format(' and %s more', count(*) - 10) ELSE '' END
  FROM (
    SELECT d.name, row_number() OVER (ORDER BY d.name) AS place
    FROM (
      SELECT DISTINCT CASE
        WHEN p.gid IS NOT NULL THEN format('prepared transaction `%s` of `%s`', sminion.log_text(p.gid, 200), p.owner)
        WHEN a.pid IS NOT NULL THEN format('process %s (user `%s`, application `%s`)', a.pid,
                                           pg_get_userbyid(a.usesysid), sminion.log_text(a.application_name, 64))
        ELSE format('transaction %s', l.virtualtransaction) END AS name
      FROM pg_locks l
      -- A prepared transaction has no process; its number is that of its lock on itself.
      LEFT JOIN pg_locks own ON l.pid IS NULL AND own.pid IS NULL AND own.virtualtransaction = l.virtualtransaction
        AND own.locktype = 'transactionid'
      LEFT JOIN pg_prepared_xacts p ON p.transaction = own.transactionid
      LEFT JOIN pg_stat_get_activity(NULL) a ON a.pid = l.pid
      WHERE l.virtualtransaction = ANY (virtual)
    ) d
  ) n
$sminion$;
