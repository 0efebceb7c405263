-- Looks whether a partition can go as a whole, and counts its rows: its bounds are not trusted. For sminion.drop_expired_partition, which has it locked
-- against writes. Until the transaction ends nobody blocks a person, holds data or begins a destruction, so it must end soon.
--
-- cause: why it stays. NULL where it can go: then it is noted for sminion.record_drop.
CREATE FUNCTION sminion.check_partition(partition oid, OUT rows bigint, OUT cause text)
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET lock_timeout = '200ms'
SET row_security = on
SET jit = off
AS $sminion$
DECLARE
  root     CONSTANT oid := pg_partition_root(check_partition.partition::regclass);
  own      sminion.retention_rule;
  target   sminion.protected_table;
  within   text;
  standing bigint;
  keys     text[];
  found    boolean;
BEGIN
  PERFORM sminion.require_read_committed();
  SELECT r.* INTO own FROM sminion.retention_rule r WHERE to_regclass(format('%I.%I', r.schema_name, r.table_name))::oid = root;
  IF own.table_name IS NULL OR root = check_partition.partition THEN
    RAISE EXCEPTION USING ERRCODE = 'SG574',
      MESSAGE = format('`%s` is no partition of a table with a retention', check_partition.partition::regclass),
      HINT = 'See `sminion.expired_partitions()`.';
  ELSIF NOT EXISTS (SELECT FROM sminion.policy p WHERE p.completed_at IS NOT NULL) THEN
    RAISE EXCEPTION USING ERRCODE = 'SG571',
      MESSAGE = 'a change of the policy is not finished',
      DETAIL = 'What has expired is known when each table is as the policy says.',
      HINT = 'Wait until `sminion-guard apply` has ended; where it was interrupted, run it again.';
  ELSIF NOT EXISTS (
    SELECT FROM pg_locks k
    WHERE k.pid = pg_backend_pid() AND k.relation = check_partition.partition AND k.granted
      AND k.mode IN ('ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock')
      AND k.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database()))
  THEN
    RAISE EXCEPTION USING ERRCODE = 'SG575',
      MESSAGE = format('partition `%s` is not locked against writes', check_partition.partition::regclass),
      HINT = 'Call `sminion.drop_expired_partition`, which does it all.';
  END IF;
  target := sminion.retention_target(own);
  IF NOT check_partition.partition = ANY (sminion.past_partitions(own)) THEN
    cause := 'it has not expired as a whole, by its bounds, or its rows are depersonalized';
    RETURN;
  END IF;
  cause := sminion.partition_hindrance(own, target);
  IF cause IS NOT NULL THEN
    RETURN;
  END IF;
  -- By its constraint the planner reads no other one.
  within := format('%I.%I AS t WHERE t.tableoid = %s AND (%s)', own.schema_name, own.table_name, check_partition.partition,
                   pg_get_partition_constraintdef(check_partition.partition));
  EXECUTE format('SELECT count(*), count(*) FILTER (WHERE (%s) IS NOT TRUE) FROM %s', sminion.expired_rows(own), within) INTO rows, standing;
  IF standing > 0 THEN
    cause := format('%s rows in it have not expired', standing);
    RETURN;
  END IF;
  -- Counting may take long. From here on nothing does.
  PERFORM FROM sminion.retention_rule r WHERE (r.schema_name, r.table_name) = (own.schema_name, own.table_name) FOR UPDATE;
  LOCK TABLE sminion.subject_state, sminion.pending_change IN SHARE MODE;
  IF cardinality(target.subject_columns) > 0 THEN
    SELECT array_agg(k.subject) INTO keys FROM (
      SELECT s.subject FROM sminion.subject_state s
      WHERE s.blocked OR s.others_blocked OR sminion.blocked_in(s.blocked_schemas, s.others_blocked_schemas, own.schema_name)
      UNION SELECT c.subject FROM sminion.pending_change c
      UNION SELECT d.subject FROM sminion.destruction d WHERE d.completed_at IS NULL AND d.subject IS NOT NULL
      UNION SELECT h.key FROM unnest(sminion.held_people(target)) AS h (key)) k;
    EXECUTE format('SELECT EXISTS (SELECT FROM %s AND %s)', within, sminion.subject_rows(target)) INTO found USING keys;
    IF found THEN
      cause := 'rows in it are kept: their people are blocked, their data are held, or are being destroyed';
      RETURN;
    END IF;
  END IF;
  UPDATE sminion.retention_rule r
  SET dropping = check_partition.partition, dropping_name = check_partition.partition::regclass::text, dropping_rows = check_partition.rows,
      dropping_by = pg_current_xact_id()
  WHERE (r.schema_name, r.table_name) = (own.schema_name, own.table_name);
END
$sminion$;
COMMENT ON FUNCTION sminion.check_partition(oid) IS 'looks whether a partition that its owner has locked can be dropped as expired';
