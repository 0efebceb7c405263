-- Records that a partition was dropped in this transaction, after sminion.check_partition found that it could be: an act of the log.
CREATE FUNCTION sminion.record_drop(partition oid) RETURNS void
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  own sminion.retention_rule;
BEGIN
  SELECT r.* INTO own FROM sminion.retention_rule r WHERE r.dropping = record_drop.partition AND r.dropping_by = pg_current_xact_id_if_assigned();
  IF NOT FOUND OR EXISTS (SELECT FROM pg_class c WHERE c.oid = record_drop.partition) THEN
    RAISE EXCEPTION USING ERRCODE = 'SG576',
      MESSAGE = 'no expired partition was dropped in this transaction',
      DETAIL = 'What the log says was dropped was looked at before, and is gone.',
      HINT = 'Call `sminion.drop_expired_partition`, which does it all.';
  END IF;
  -- Another table may get its number.
  DELETE FROM sminion.row_security_before b WHERE b.relation::oid = record_drop.partition;
  UPDATE sminion.retention_rule r
  SET dropping = NULL, dropping_name = NULL, dropping_rows = NULL, dropping_by = NULL, purged = r.purged + own.dropping_rows,
      run_at = clock_timestamp()
  WHERE (r.schema_name, r.table_name) = (own.schema_name, own.table_name);
  PERFORM sminion.record_act('retention', jsonb_build_object(
    'table', own.schema_name || '.' || own.table_name, 'partition', own.dropping_name, 'way', own.way, 'rows', own.dropping_rows,
    'after', own.after_column, 'keep', own.keep, 'timezone', own.zone), 'the retention of the policy ended');
END
$sminion$;
COMMENT ON FUNCTION sminion.record_drop(oid) IS 'records that an expired partition was dropped';
