-- Triggers and rules of the application that a DELETE (8) or UPDATE (16) of a table fires: `quiet`, those that the replica role
-- silences, and `loud`, those that fire in it too. Their code would run with the rights of the guard.
CREATE FUNCTION sminion.application_triggers(
  target sminion.protected_table, commands integer, OUT quiet text, OUT loud text
)
LANGUAGE sql
STABLE
SET search_path = pg_catalog, pg_temp
AS $sminion$
  WITH member AS (
    SELECT to_regclass(format('%I.%I', target.schema_name, target.table_name))::oid AS oid
    UNION SELECT f.relid FROM pg_partition_tree(to_regclass(format('%I.%I', target.schema_name, target.table_name))) f
  ), fires AS (
    SELECT format('trigger `%s`', t.tgname) AS what, t.tgenabled AS enabled
    FROM pg_trigger t JOIN pg_proc f ON f.oid = t.tgfoid
    WHERE t.tgrelid IN (SELECT m.oid FROM member m) AND NOT t.tgisinternal AND f.pronamespace <> 'sminion'::regnamespace
      AND t.tgtype & commands <> 0
    UNION
    SELECT format('rule `%s`', r.rulename), r.ev_enabled FROM pg_rewrite r WHERE r.ev_class IN (SELECT m.oid FROM member m)
  )
  SELECT min(f.what COLLATE "C") FILTER (WHERE f.enabled = 'O'), min(f.what COLLATE "C") FILTER (WHERE f.enabled IN ('A', 'R'))
  FROM fires f
$sminion$;
