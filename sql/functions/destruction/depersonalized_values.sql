-- What depersonalizing a row makes of it, column by column, as an expression over alias `t`: what leads to the person is emptied, and the moment that
-- retention counts from, since what is about nobody has no end; of a column for which the policy names an operator that is left; all other personal
-- data are emptied. Destruction and retention do the same.
--
-- So a row that is depersonalized is known by that: it names nobody, and its retention has not begun.
CREATE FUNCTION sminion.depersonalized_values(target sminion.protected_table, OUT name text, OUT value text) RETURNS SETOF record
LANGUAGE sql
STABLE
SET search_path = pg_catalog, pg_temp
AS $sminion$
  WITH said AS (
    SELECT v.document #> ARRAY['schemas', target.schema_name, 'tables', target.table_name] AS "table", v.document ->> 'timezone' AS zone
    FROM sminion.policy p JOIN sminion.policy_version v ON v.epoch = p.epoch
  ), present AS (
    SELECT a.attname::text AS name, a.attnum, coalesce(nullif(t.typbasetype, 0), t.oid)::regtype AS type, format('t.%I', a.attname) AS old,
           s."table" -> 'columns' ->> a.attname AS category, s."table" -> 'depersonalize' ->> a.attname AS operator, s.zone,
           a.attname = s."table" #>> '{retention,after}' OR a.attname = target.child_column
             OR target.depth = 0 AND a.attname = ANY (target.subject_columns) AS leads
    FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid CROSS JOIN said s
    WHERE a.attrelid = to_regclass(format('%I.%I', target.schema_name, target.table_name)) AND a.attnum > 0 AND NOT a.attisdropped
  )
  SELECT p.name, CASE
      WHEN p.leads OR p.operator IS NULL OR p.operator = 'null' THEN 'NULL'
      WHEN p.operator LIKE 'value(%' THEN format('%L', substr(p.operator, 7, length(p.operator) - 7))
      WHEN p.operator = 'pseudonym' THEN CASE
        WHEN p.type = 'bytea'::regtype THEN format('sminion.pseudonym(%L, encode(%s, ''hex''))', k.scope, p.old)
        WHEN p.type = 'uuid'::regtype THEN format('left(encode(sminion.pseudonym(%L, %s::text), ''hex''), 32)::uuid', k.scope, p.old)
        ELSE format('left(encode(sminion.pseudonym(%L, %s::text), ''hex''), 32)', k.scope, p.old) END
      -- What is not known leaves nothing.
      ELSE coalesce(sminion.depersonalized_value(
        substring(p.operator FROM '^[a-z]+'), substring(p.operator FROM '^[a-z]+[(]([0-9]+)[)]$'), p.old, p.type, p.zone), 'NULL') END
  FROM present p CROSS JOIN LATERAL (SELECT format('%s.%s.%s', target.schema_name, target.table_name, p.name)) AS k (scope)
  WHERE p.leads OR p.operator IS NOT NULL OR p.category NOT IN ('key', 'none')
  ORDER BY p.attnum
$sminion$;
