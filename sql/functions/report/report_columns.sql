-- The columns of a protected table, and what an access report shows of each:
--   always    also in rows that are about other people too: neutral columns, and what the policy says with `report = "show"`
--   subject   the key of a subject: in such rows only that of the person, and of all others that it is another's
--   alone     in rows about nobody else
--   exists    that it is kept, as the policy says
--   type      not shown: printing it could run code of the application
--   unlisted  not shown: the policy does not list it
--   missing   not shown: the policy lists it, and the table does not have it
CREATE FUNCTION sminion.report_columns(
  target sminion.protected_table, OUT name text, OUT category text, OUT type text, OUT shown text
) RETURNS SETOF record
LANGUAGE sql
STABLE
SET search_path = pg_catalog, pg_temp
AS $sminion$
  WITH said AS (
    SELECT v.document -> 'schemas' -> target.schema_name -> 'tables' -> target.table_name AS "table"
    FROM sminion.policy p JOIN sminion.policy_version v ON v.epoch = p.epoch
  ), listed AS (
    SELECT c.key AS name, c.value AS category, s."table" -> 'report' ->> c.key AS wish
    FROM said s CROSS JOIN LATERAL jsonb_each_text(s."table" -> 'columns') AS c
    WHERE c.key NOT IN ('tableoid', 'ctid', 'xmin', 'xmax', 'cmin', 'cmax')
  ), present AS (
    SELECT a.attname::text AS name, a.atttypid AS type, a.atttypmod AS modifier
    FROM pg_attribute a
    WHERE a.attrelid = to_regclass(format('%I.%I', target.schema_name, target.table_name)) AND a.attnum > 0 AND NOT a.attisdropped
      AND a.attname NOT IN ('guard_mask', 'guard_subject')
  )
  SELECT name, l.category, format_type(p.type, p.modifier), CASE
           WHEN l.category IS NULL THEN 'unlisted'
           WHEN p.type IS NULL THEN 'missing'
           WHEN l.wish = 'exists' THEN 'exists'
           WHEN NOT sminion.plain_type(p.type) THEN 'type'
           WHEN name = ANY (target.subject_columns) THEN 'subject'
           WHEN l.category = 'none' OR l.wish = 'show' THEN 'always'
           ELSE 'alone' END
  FROM listed l FULL JOIN present p USING (name)
  ORDER BY name COLLATE "C"
$sminion$;
