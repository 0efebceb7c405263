-- Whether a version of a row that is seen was written by the running transaction, or by one of its subtransactions: what is
-- seen and in progress is our own. Nobody else can change such a row before we end.
CREATE FUNCTION sminion.own_row(written xid) RETURNS boolean
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  own   CONSTANT bigint := pg_current_xact_id()::text::bigint;
  ahead CONSTANT bigint := (written::text::bigint - own) & 4294967295;
BEGIN
  -- The number has 32 bits of 64: the nearest one is meant.
  RETURN coalesce(
    pg_xact_status((own + ahead - CASE WHEN ahead >= 2147483648 THEN 4294967296 ELSE 0 END)::text::xid8) = 'in progress',
    false);
END
$sminion$;
