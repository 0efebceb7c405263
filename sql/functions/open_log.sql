-- A process begins to write the log of statements: its number, which sminion.log_statements asks for. A login that holds
-- purposes in this database has its tickets here, whatever was said of it before.
CREATE FUNCTION sminion.open_log() RETURNS bigint
LANGUAGE sql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
  INSERT INTO sminion.log_writer (home)
  SELECT (SELECT h.id FROM sminion.log_home h
          WHERE h.login = session_user AND h.ended_at IS NULL
            AND NOT EXISTS (SELECT FROM sminion.login l WHERE l.login = session_user))
  RETURNING id
$sminion$;
