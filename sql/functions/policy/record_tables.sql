-- Notes for settling and filling in what the policy in force says of tables, each in the transaction that changes its objects:
-- where its subjects are found, and which bits of its masks count. Rows whose masks were computed otherwise are due again.
-- A table that the policy no longer has is forgotten.
--
-- names: tables as `schema.table`; NULL for all.
CREATE FUNCTION sminion.record_tables(registry jsonb, names text[] DEFAULT NULL) RETURNS void
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  nobody_else boolean;
BEGIN
  -- A row whose parent is about nobody is so itself: children follow their parents.
  nobody_else := EXISTS (
    SELECT FROM sminion.protected_table p
    JOIN jsonb_to_recordset(registry -> 'tables') AS j (schema text, "table" text, anonymous boolean)
      ON j.schema = p.schema_name AND j."table" = p.table_name AND j.anonymous <> p.anonymous);
  -- Also those whose own objects do not change, and which no step names.
  IF nobody_else THEN
    UPDATE sminion.protected_table p SET next_block = 0 WHERE p.depth > 0;
  END IF;
  DELETE FROM sminion.protected_table p
  WHERE (names IS NULL OR p.schema_name || '.' || p.table_name = ANY (names))
    AND NOT EXISTS (
      SELECT FROM jsonb_array_elements(registry -> 'tables') j
      WHERE j ->> 'schema' = p.schema_name AND j ->> 'table' = p.table_name);
  INSERT INTO sminion.protected_table AS p (
    schema_name, table_name, subject_columns, key_types, prefixes, optional, depth, anonymous, bits, subject_terms,
    parent_schema, parent_table, parent_key, parent_subject, child_column)
  SELECT j.schema, j."table", j.subject_columns, j.key_types, j.prefixes, j.optional, j.depth, j.anonymous, j.bits, j.subject_terms,
         j.parent_schema, j.parent_table, j.parent_key, j.parent_subject, j.child_column
  FROM jsonb_to_recordset(registry -> 'tables') AS j (
    schema text, "table" text, subject_columns text[], key_types text[], prefixes text[], optional boolean[], depth integer, anonymous boolean, bits bigint, subject_terms text,
    parent_schema text, parent_table text, parent_key text, parent_subject text, child_column text)
  WHERE names IS NULL OR j.schema || '.' || j."table" = ANY (names)
  ON CONFLICT (schema_name, table_name) DO UPDATE SET
    subject_columns = excluded.subject_columns, key_types = excluded.key_types, prefixes = excluded.prefixes,
    optional = excluded.optional, depth = excluded.depth, anonymous = excluded.anonymous, bits = excluded.bits,
    subject_terms = excluded.subject_terms,
    dated_bits = CASE WHEN p.dated_bits & excluded.bits = 0 THEN p.dated_bits ELSE 0 END,
    parent_schema = excluded.parent_schema, parent_table = excluded.parent_table, parent_key = excluded.parent_key,
    parent_subject = excluded.parent_subject, child_column = excluded.child_column,
    next_block = CASE
      WHEN p.dated_bits & excluded.bits = 0 AND p.subject_terms = excluded.subject_terms AND p.subject_columns = excluded.subject_columns AND p.prefixes = excluded.prefixes
        AND p.optional = excluded.optional AND p.depth = excluded.depth
        AND p.anonymous = excluded.anonymous THEN p.next_block
      ELSE 0 END;
END
$sminion$;
