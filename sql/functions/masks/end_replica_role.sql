-- Back to the setting that sminion.begin_replica_role returned.
CREATE FUNCTION sminion.end_replica_role(before text) RETURNS void
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
BEGIN
  IF current_setting('session_replication_role') <> before THEN
    PERFORM set_config('session_replication_role', before, true);
  END IF;
END
$sminion$;
