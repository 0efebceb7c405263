-- Writes down the retention of each table by the policy in force, children before their parents. A rule that is as it was keeps what is
-- known of it; what was purged by another one, and stands in no event yet, gets its event.
CREATE FUNCTION sminion.record_retention() RETURNS void
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
#variable_conflict use_column
DECLARE
  own  sminion.retention_rule;
  said jsonb := (
    SELECT jsonb_agg(jsonb_build_object(
      'schema_name', s.key, 'table_name', t.key, 'after_column', t.value #>> '{retention,after}', 'keep', t.value #>> '{retention,keep}',
      'zone', v.document ->> 'timezone', 'way', t.value #>> '{retention,then}',
      'depersonalize', coalesce(t.value -> 'depersonalize', '{}')))
    FROM sminion.policy p JOIN sminion.policy_version v ON v.epoch = p.epoch
    CROSS JOIN LATERAL jsonb_each(v.document -> 'schemas') s CROSS JOIN LATERAL jsonb_each(s.value -> 'tables') t
    WHERE jsonb_typeof(t.value -> 'retention') = 'object');
BEGIN
  FOR own IN
    SELECT r.* FROM sminion.retention_rule r
    WHERE NOT coalesce(said, '[]') @> jsonb_build_array(jsonb_build_object(
      'schema_name', r.schema_name, 'table_name', r.table_name, 'after_column', r.after_column, 'keep', r.keep, 'zone', r.zone, 'way', r.way,
      'depersonalize', r.depersonalize))
      -- Containment of objects is that of a part.
      OR r.depersonalize <> coalesce((
        SELECT e -> 'depersonalize' FROM jsonb_array_elements(said) e
        WHERE (e ->> 'schema_name', e ->> 'table_name') = (r.schema_name, r.table_name)), '{}')
    ORDER BY r.schema_name, r.table_name FOR UPDATE
  LOOP
    PERFORM sminion.record_purge(own);
    DELETE FROM sminion.retention_rule r WHERE (r.schema_name, r.table_name) = (own.schema_name, own.table_name);
  END LOOP;
  -- Who refers to others comes before them: by paths, and by foreign keys.
  WITH RECURSIVE rule AS (
    SELECT j.*, to_regclass(format('%I.%I', j.schema_name, j.table_name))::oid AS oid,
           coalesce((SELECT p.depth FROM sminion.protected_table p WHERE (p.schema_name, p.table_name) = (j.schema_name, j.table_name)), 0) AS depth
    FROM jsonb_to_recordset(said) AS j (schema_name text, table_name text, after_column text, keep text, zone text, way text, depersonalize jsonb)
  ), chain AS (
    SELECT r.oid, 0 AS steps FROM rule r
    UNION
    SELECT c.conrelid, h.steps + 1 FROM chain h JOIN pg_constraint c ON c.contype = 'f' AND c.confrelid = h.oid AND c.conrelid <> h.oid
    WHERE h.steps < 30 AND c.conrelid IN (SELECT r.oid FROM rule r)
  ), placed AS (
    SELECT r.*, row_number() OVER (
      ORDER BY greatest((SELECT max(h.steps) FROM chain h WHERE h.oid = r.oid), r.depth) DESC, r.schema_name COLLATE "C", r.table_name COLLATE "C"
    ) AS place
    FROM rule r
  )
  INSERT INTO sminion.retention_rule AS o (schema_name, table_name, after_column, keep, zone, way, depersonalize, place)
  SELECT p.schema_name, p.table_name, p.after_column, p.keep, p.zone, p.way, p.depersonalize, p.place FROM placed p
  ON CONFLICT (schema_name, table_name) DO UPDATE SET place = excluded.place, retry_at = clock_timestamp(), cause = NULL;
  PERFORM sminion.make_pseudonym_key();
END
$sminion$;
