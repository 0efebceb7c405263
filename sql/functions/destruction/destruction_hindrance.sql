-- Why a table cannot be destroyed for anybody: rows would be missed, code of the application would run with the rights of the guard, or a
-- column cannot be emptied. NULL where it can.
--
-- person: as in sminion.references_to; false for rows that have expired.
CREATE FUNCTION sminion.destruction_hindrance(target sminion.protected_table, way text, person boolean DEFAULT true) RETURNS text
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  relation CONSTANT regclass := to_regclass(format('%I.%I', target.schema_name, target.table_name));
  updates  CONSTANT boolean := way = 'depersonalize' OR cardinality(target.subject_columns) > 1;
  blind    CONSTANT text := sminion.blindness(target);
  cause    text := coalesce(sminion.report_hindrance(target, blind), blind);
  fires    record;
BEGIN
  IF cause IS NOT NULL THEN
    RETURN cause;
  ELSIF target.depth > 0 AND target.next_block IS NOT NULL THEN
    RETURN 'the subjects of its rows are still being filled in: see `sminion-guard apply`';
  END IF;
  cause := sminion.foreign_code(target, updates);
  IF cause IS NOT NULL THEN
    RETURN cause || ': let a role own it that may become sminion_owner, such as a superuser';
  END IF;
  fires := sminion.application_triggers(target, CASE WHEN updates THEN 24 ELSE 8 END);
  IF fires.loud IS NOT NULL THEN
    RETURN format('%s of the application fires always, and its code would run with the rights of the guard: '
                  || '`ALTER TABLE %s ENABLE TRIGGER ...` without ALWAYS', fires.loud, relation);
  ELSIF fires.quiet IS NOT NULL AND NOT has_parameter_privilege('sminion_owner', 'session_replication_role', 'SET') THEN
    RETURN format('%s of the application would run with the rights of the guard: as a superuser, '
                  || '`GRANT SET ON PARAMETER session_replication_role TO sminion_owner`', fires.quiet);
  END IF;
  -- The replica role silences foreign keys too, so the guard looks itself.
  cause := (sminion.references_to(target, way, person, fires.quiet IS NOT NULL OR NOT person)).unreadable;
  IF cause IS NOT NULL THEN
    RETURN format('`%s` refers to its rows, and the guard cannot read how, or would run code of others there with its rights: '
                  || '`GRANT USAGE ON SCHEMA` and `GRANT SELECT` on the columns of its foreign key to sminion_owner, or list it in the policy. '
                  || 'It may have no row security of its own, and no function in an index that another than a superuser owns', cause);
  END IF;
  IF way = 'depersonalize' THEN
    SELECT format('`then = "depersonalize"` empties column `%s`, which is NOT NULL: let it be empty, or say `then = "destroy"`', a.attname)
    INTO cause FROM pg_attribute a
    WHERE a.attrelid = relation AND a.attnotnull AND a.attname IN (
      SELECT v.name FROM sminion.depersonalized_values(target) v WHERE v.value = 'NULL')
    ORDER BY a.attnum LIMIT 1;
  END IF;
  RETURN cause;
END
$sminion$;
