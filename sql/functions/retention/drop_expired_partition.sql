-- Drops a partition in which all rows have expired, with the rights of the caller, who owns it: sminion_owner owns no table of the application. In a
-- transaction of its own.
--
-- Writes to the partition wait while its rows are counted; all else for as long as the locks last, which are given up after 200 milliseconds.
--
-- state: `done`, or `stuck` with the cause; what is `locked` may be tried again.
CREATE FUNCTION sminion.drop_expired_partition(partition text, OUT state text, OUT rows bigint, OUT cause text)
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
SET lock_timeout = '200ms'
AS $sminion$
DECLARE
  -- By the catalog: to look a name up needs USAGE on its schema.
  part CONSTANT regclass := (
    SELECT c.oid FROM pg_class c WHERE c.relispartition AND c.relkind = 'r' AND c.oid::regclass::text = drop_expired_partition.partition);
  seen record;
BEGIN
  rows := 0;
  IF part IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'SG574',
      MESSAGE = format('`%s` is no partition of a table with a retention', coalesce(drop_expired_partition.partition, 'NULL')),
      HINT = 'See `sminion.expired_partitions()`.';
  ELSIF NOT (SELECT pg_has_role(c.relowner, 'USAGE') FROM pg_class c WHERE c.oid = part) THEN
    RAISE EXCEPTION USING ERRCODE = 'SG577',
      MESSAGE = format('only its owner drops `%s`', part),
      DETAIL = 'The guard owns no table of the application.',
      HINT = 'Run it as a login that owns the partition and is a member of the role for maintenance, or as a superuser.';
  END IF;
  BEGIN
    EXECUTE format('LOCK TABLE ONLY %s IN SHARE MODE', part);
    seen := sminion.check_partition(part);
    cause := seen.cause;
    IF cause IS NULL THEN
      -- RESTRICT: a view on it, or a foreign key, keeps it.
      EXECUTE format('DROP TABLE %s', part);
      PERFORM sminion.record_drop(part);
      state := 'done';
      rows := seen.rows;
      RETURN;
    END IF;
  EXCEPTION
  WHEN lock_not_available OR deadlock_detected THEN
    cause := 'locked: others use the table, or change what people decided';
  WHEN dependent_objects_still_exist THEN
    cause := format('other objects depend on it: %s', SQLERRM);
  END;
  state := 'stuck';
END
$sminion$;
COMMENT ON FUNCTION sminion.drop_expired_partition(text) IS 'drops a partition in which all rows have expired; call it as its owner';
