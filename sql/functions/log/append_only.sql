-- Trigger of tables that record what happened: no row is ever changed or removed, not even by the owner's own functions.
CREATE FUNCTION sminion.append_only() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $sminion$
BEGIN
  RAISE EXCEPTION USING ERRCODE = 'SG505',
    MESSAGE = format('`%I.%I` is append-only: %s refused', TG_TABLE_SCHEMA, TG_TABLE_NAME, lower(TG_OP)),
    HINT = 'Record a correction as a new event.';
END
$sminion$;
