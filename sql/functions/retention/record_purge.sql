-- Records what was purged of a table since its last event: an act, and so a leaf of the log. Nothing where nothing was.
CREATE FUNCTION sminion.record_purge(own sminion.retention_rule) RETURNS void
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
BEGIN
  IF own.unrecorded > 0 THEN
    PERFORM sminion.record_act('retention', jsonb_build_object(
      'table', own.schema_name || '.' || own.table_name, 'way', own.way, 'rows', own.unrecorded, 'after', own.after_column,
      'keep', own.keep, 'timezone', own.zone), 'the retention of the policy ended');
    UPDATE sminion.retention_rule r SET unrecorded = 0 WHERE (r.schema_name, r.table_name) = (own.schema_name, own.table_name);
  END IF;
END
$sminion$;
