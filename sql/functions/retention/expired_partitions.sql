-- Whole partitions that have expired by their bounds, and may be dropped by who owns them: see sminion.drop_expired_partition.
--
-- hindrance: why its rows are purged one by one all the same.
CREATE FUNCTION sminion.expired_partitions(OUT table_name text, OUT partition text, OUT bytes bigint, OUT hindrance text) RETURNS SETOF record
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET lock_timeout = '5s'
SET jit = off
AS $sminion$
DECLARE
  own sminion.retention_rule;
BEGIN
  FOR own IN SELECT r.* FROM sminion.retention_rule r ORDER BY r.place LOOP
    FOR partition, bytes IN
      SELECT p.oid::regclass::text, pg_total_relation_size(p.oid) FROM unnest(sminion.past_partitions(own)) AS p (oid)
    LOOP
      table_name := own.schema_name || '.' || own.table_name;
      hindrance := sminion.partition_hindrance(own, sminion.retention_target(own));
      RETURN NEXT;
    END LOOP;
  END LOOP;
END
$sminion$;
COMMENT ON FUNCTION sminion.expired_partitions() IS 'whole partitions that have expired by their bounds';
