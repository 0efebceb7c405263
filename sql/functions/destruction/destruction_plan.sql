-- What destroying the data of a person would do: all protected tables whose rows have subjects of its kind, children before their parents.
--
-- rows:      NULL where they were not counted: no index leads to them, and the table is estimated to have more than 100,000 rows.
-- stays:     why rows stay: a hold, or the rule for rows about several people.
-- hindrance: why the table cannot be destroyed as it is.
CREATE FUNCTION sminion.destruction_plan(
  subject text, slow boolean, OUT place integer, OUT schema_name text, OUT table_name text, OUT way text, OUT shared text,
  OUT rows bigint, OUT about_others bigint, OUT indexed boolean, OUT hold bigint, OUT stays text, OUT hindrance text
) RETURNS SETOF record
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $sminion$
DECLARE
  key    CONSTANT text := destruction_plan.subject;
  target sminion.protected_table;
  said   jsonb;
  others record;
  stuck  bigint;
BEGIN
  place := 0;
  FOR target IN
    -- Who refers to others comes before them: by paths, and by foreign keys.
    WITH RECURSIVE known AS (
      SELECT p.schema_name, p.table_name, p.depth, to_regclass(format('%I.%I', p.schema_name, p.table_name))::oid AS oid
      FROM sminion.protected_table p
      WHERE EXISTS (SELECT FROM unnest(p.prefixes) AS k (prefix) WHERE starts_with(key, k.prefix))
    ), chain AS (
      SELECT k.oid, 0 AS steps FROM known k
      UNION
      SELECT c.conrelid, h.steps + 1 FROM chain h JOIN pg_constraint c ON c.contype = 'f' AND c.confrelid = h.oid AND c.conrelid <> h.oid
      WHERE h.steps < 30 AND c.conrelid IN (SELECT k.oid FROM known k)
    )
    SELECT p.* FROM sminion.protected_table p JOIN known k USING (schema_name, table_name)
    LEFT JOIN (SELECT h.oid, max(h.steps) AS steps FROM chain h GROUP BY h.oid) f ON f.oid = k.oid
    ORDER BY greatest(coalesce(f.steps, 0), p.depth) DESC, p.schema_name COLLATE "C", p.table_name COLLATE "C"
  LOOP
    place := place + 1;
    schema_name := target.schema_name;
    table_name := target.table_name;
    said := (SELECT v.document #> ARRAY['schemas', target.schema_name, 'tables', target.table_name]
             FROM sminion.policy p JOIN sminion.policy_version v ON v.epoch = p.epoch);
    way := CASE said #>> '{retention,then}' WHEN 'depersonalize' THEN 'depersonalize' ELSE 'destroy' END;
    shared := coalesce(said ->> 'shared', 'last');
    hold := sminion.hold_of(key, target.schema_name, target.table_name);
    stays := (
      SELECT format('held: %s (%s)%s', h.reason, h.basis, ' until ' || (h.until AT TIME ZONE 'UTC')::date)
      FROM sminion.hold h WHERE h.id = destruction_plan.hold AND h.until IS NOT NULL
      UNION ALL SELECT format('held: %s (%s)', h.reason, h.basis) FROM sminion.hold h WHERE h.id = destruction_plan.hold AND h.until IS NULL);
    indexed := sminion.quickly_found(target);
    rows := NULL;
    about_others := NULL;
    hindrance := sminion.destruction_hindrance(target, way);
    others := sminion.rows_about_others(target);
    IF (hindrance IS NULL OR sminion.report_hindrance(target, hindrance) IS NULL)
      AND sminion.foreign_code(target, false) IS NULL AND (indexed OR slow OR NOT sminion.large(target))
    THEN
      EXECUTE format('SELECT count(*), count(*) FILTER (WHERE %1$s), count(*) FILTER (WHERE (%1$s) AND (%2$s)) FROM %3$I.%4$I AS t WHERE %5$s',
                     others.condition, others.stuck, target.schema_name, target.table_name, sminion.subject_rows(target))
      INTO rows, about_others, stuck USING ARRAY[key];
      IF stuck > 0 AND shared <> 'first' THEN
        hindrance := coalesce(hindrance, format(
          '%s rows name other people too, and column `%s` must name somebody: mark it with `?` in the policy, or say `shared = "first"`',
          stuck, others.fixed));
      ELSIF about_others > 0 AND shared <> 'first' THEN
        stays := coalesce(stays, format('%s rows stay without the person: they are about others too', about_others));
      ELSIF shared = 'unlink' AND rows > 0 THEN
        stays := coalesce(stays, 'the rows stay without the person');
      END IF;
    END IF;
    RETURN NEXT;
  END LOOP;
END
$sminion$;
