-- The hold that keeps a table's rows of a person, NULL where there is none: one of the table itself, of a category that it has a column of,
-- or of a table whose rows refer to them, through which the person is found or by a foreign key.
CREATE FUNCTION sminion.hold_of(subject text, schema_name text, table_name text) RETURNS bigint
LANGUAGE sql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
  WITH RECURSIVE kept AS (
    SELECT p.schema_name, p.table_name, p.parent_schema, p.parent_table, h.id
    FROM sminion.hold h JOIN sminion.protected_table p
      ON h.table_name IS NOT NULL AND p.schema_name = h.schema_name AND p.table_name = h.table_name
      OR h.category IN (
        SELECT c.value FROM sminion.policy i JOIN sminion.policy_version v ON v.epoch = i.epoch
        CROSS JOIN LATERAL jsonb_each_text(v.document #> ARRAY['schemas', p.schema_name, 'tables', p.table_name, 'columns']) AS c)
    WHERE h.subject = hold_of.subject AND h.released_at IS NULL AND (h.until IS NULL OR h.until > clock_timestamp())
    UNION
    SELECT p.schema_name, p.table_name, p.parent_schema, p.parent_table, k.id
    FROM kept k JOIN sminion.protected_table p
      ON (p.schema_name, p.table_name) = (k.parent_schema, k.parent_table)
      OR EXISTS (
        SELECT FROM pg_constraint c
        WHERE c.contype = 'f' AND c.conrelid = to_regclass(format('%I.%I', k.schema_name, k.table_name))
          AND c.confrelid = to_regclass(format('%I.%I', p.schema_name, p.table_name)))
  )
  SELECT min(k.id) FROM kept k WHERE (k.schema_name, k.table_name) = (hold_of.schema_name, hold_of.table_name)
$sminion$;
