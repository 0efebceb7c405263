-- Refuses to look into a table by which code of others could run as the guard, or that would not show all of its rows: something else that
-- has the table's name now, a column whose type has casts of its own, a restrictive policy of the application.
CREATE FUNCTION sminion.require_explainable(said sminion.explanation) RETURNS void
LANGUAGE plpgsql
STABLE
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  relation regclass := to_regclass(format('%I.%I', said.schema_name, said.table_name));
  cause    text;
BEGIN
  SELECT CASE
    WHEN relation IS NULL THEN 'the table does not exist'
    WHEN NOT EXISTS (SELECT FROM pg_class c WHERE c.oid = relation AND c.relkind IN ('r', 'p')) THEN 'it is no table'
    WHEN NOT EXISTS (SELECT FROM sminion.protected_table p
                     WHERE p.schema_name = said.schema_name AND p.table_name = said.table_name)
      THEN 'the table is not protected yet: `apply` was interrupted'
    WHEN EXISTS (
      SELECT FROM pg_policy p WHERE p.polrelid = relation AND NOT p.polpermissive AND p.polcmd IN ('*', 'r')
        AND EXISTS (SELECT FROM unnest(p.polroles) r (oid) WHERE CASE r.oid WHEN 0 THEN true
                      ELSE pg_has_role('sminion_owner', r.oid, 'USAGE') END)
        AND NOT EXISTS (SELECT FROM sminion.installed_object o
                        WHERE o.key = format('policy:%s.%s:%s', said.schema_name, said.table_name, p.polname) COLLATE "default"))
      THEN 'a row security policy of the application hides rows from `sminion_owner`'
    ELSE (
      SELECT format('column `%s` %s', j.test ->> 'column',
                    coalesce('has type ' || format_type(a.atttypid, a.atttypmod), 'does not exist'))
      FROM jsonb_array_elements(said.tests) AS j (test)
      LEFT JOIN pg_attribute a ON a.attrelid = relation AND a.attname = j.test ->> 'column' AND NOT a.attisdropped
      WHERE a.atttypid IS NULL OR a.atttypid <> ALL (CASE WHEN j.test ? 'days'
          THEN ARRAY['date', 'timestamp', 'timestamptz']::regtype[]
          ELSE ARRAY['int2', 'int4', 'int8', 'numeric', 'uuid', 'text', 'varchar', 'bpchar', 'bool', 'date']::regtype[] END::oid[])
      LIMIT 1)
    END INTO cause;
  IF cause IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'SG619',
      MESSAGE = format('`%s.%s` cannot explain accesses: %s', said.schema_name, said.table_name, cause),
      DETAIL = format('The policy says, for purpose `%s`: %s.', said.purpose, said.words),
      HINT = 'Compare numbers, uuids, texts, booleans and dates, and days with a date or timestamp; see `sminion-guard doctor`.';
  END IF;
END
$sminion$;
