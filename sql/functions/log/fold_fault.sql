-- Moves one row of the journal to the log as a fault, for sminion.fold, where sminion.fold_rows failed. Returns how many events
-- that makes.
CREATE FUNCTION sminion.fold_fault(chosen tid[], number bigint, message text) RETURNS bigint
LANGUAGE sql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
  WITH removed AS (
    DELETE FROM sminion.journal j WHERE j.ctid = ANY (chosen) RETURNING j.*
  ), salted AS (
    INSERT INTO sminion.salt (holder) SELECT DISTINCT 'login:' || r.login FROM removed r ON CONFLICT DO NOTHING
  ), fault AS (
    INSERT INTO sminion.log_fault (at, number, login, writer, place, code, message, entry, size, digest)
    SELECT r.at, fold_fault.number + row_number() OVER (ORDER BY r.at), r.login, coalesce(r.writer, 0), coalesce(r.first, 0), 'SG605',
           sminion.log_text(fold_fault.message, 1000), sminion.fault_text(e.entry), octet_length(e.entry), sha256(e.entry)
    FROM removed r CROSS JOIN LATERAL (SELECT coalesce(r.entries, convert_to(r.event::text, 'UTF8'))) AS e (entry)
    RETURNING 1
  )
  SELECT count(*) FROM fault
$sminion$;
