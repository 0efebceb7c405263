-- The ticket under which the running statement of the client began to write, NULL when none is found. The setting is the
-- client's and only says where to look: what stands there counts if it is of this transaction and this statement, and there
-- is one such row.
CREATE FUNCTION sminion.fixed_ticket() RETURNS bigint
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  place text := current_setting('sminion.write_ticket', true);
BEGIN
  IF place COLLATE "C" !~ '^\([0-9]{1,9},[0-9]{1,4}\)$' THEN
    RETURN NULL;
  END IF;
  RETURN (
    SELECT w.ticket FROM sminion.write_ticket w
    WHERE w.ctid = place::tid AND w.transaction = pg_current_xact_id() AND w.statement = statement_timestamp());
END
$sminion$;
