-- The query for the rows of one table that are about the person whose keys are in parameter $1, of which `columns` names what is read, in the order
-- of sminion.report_columns. Values are printed by format(): it calls the output function of the type, and no cast, which an
-- application may have made of its own.
--
-- A row about other people too is shared: of it only what cannot tell of them is read.
CREATE FUNCTION sminion.report_query(target sminion.protected_table) RETURNS text
LANGUAGE sql
STABLE
SET search_path = pg_catalog, pg_temp
AS $sminion$
  WITH subjects AS (
    SELECT c.name, format(
      CASE c.prefix WHEN '' THEN 't.%1$I = ANY ($1::text[]::%2$s[])'
        ELSE 't.%1$I = ANY (sminion.keys_of_kind($1::text[], %3$L)::%2$s[])' END, c.name, c.type, c.prefix) AS own
    FROM unnest(target.subject_columns, target.key_types, target.prefixes) AS c (name, type, prefix)
  ), shared AS (
    SELECT CASE WHEN count(*) = 1 THEN 'false'
      ELSE string_agg(format('(t.%I IS NOT NULL AND (%s) IS NOT TRUE)', s.name, s.own), ' OR ' ORDER BY s.name) END AS condition
    FROM subjects s
  ), shown AS (
    SELECT string_agg(format(
      CASE c.shown
        WHEN 'always' THEN 'CASE WHEN t.%1$I IS NOT NULL THEN format(''%%s'', t.%1$I) END'
        WHEN 'subject' THEN 'CASE WHEN t.%1$I IS NULL THEN NULL WHEN (%2$s) THEN format(''%%s'', t.%1$I) ELSE ''another person'' END'
        ELSE 'CASE WHEN t.%1$I IS NOT NULL AND NOT (%3$s) THEN format(''%%s'', t.%1$I) END' END,
      c.name, s.own, h.condition), ', ' ORDER BY c.name COLLATE "C") AS columns
    FROM sminion.report_columns(target) c CROSS JOIN shared h LEFT JOIN subjects s ON s.name = c.name
    WHERE c.shown IN ('always', 'subject', 'alone')
  ), kept AS (
    SELECT v.document ->> 'timezone' AS zone, v.document #> ARRAY['schemas', target.schema_name, 'tables', target.table_name, 'retention'] AS said
    FROM sminion.policy p JOIN sminion.policy_version v ON v.epoch = p.epoch
  ), term AS (
    SELECT k.zone, k.said ->> 'after' AS after, k.said ->> 'keep' AS keep, CASE a.atttypid
        WHEN 'timestamptz'::regtype THEN 'timezone(%2$L, timezone(%2$L, t.%1$I) + %3$L::interval)'
        WHEN 'timestamp'::regtype THEN 'timezone(%2$L, t.%1$I + %3$L::interval)'
        WHEN 'date'::regtype THEN 'timezone(%2$L, t.%1$I::timestamp + %3$L::interval)' END AS ends
    FROM kept k
    JOIN pg_attribute a ON a.attrelid = to_regclass(format('%I.%I', target.schema_name, target.table_name))
      AND a.attname = k.said ->> 'after' AND NOT a.attisdropped
  )
  SELECT format('SELECT %s, %s, %s, ARRAY[%s]::text[] FROM %I.%I AS t WHERE %s', h.condition,
    -- What is kept as good as for ever would be out of range.
    coalesce(format('CASE WHEN t.%1$I < ''100000-01-01'' THEN format(''%%s'', ' || m.ends
      || ') WHEN t.%1$I IS NOT NULL THEN ''infinity'' END', m.after, m.zone, m.keep), 'NULL::text'),
    coalesce(CASE WHEN m.ends IS NOT NULL THEN
      format('coalesce(NOT sminion.within_retention(t.%I, %L::interval, %L), false)', m.after, m.keep, m.zone) END, 'false'),
    s.columns, target.schema_name, target.table_name, sminion.subject_rows(target))
  FROM shared h CROSS JOIN shown s LEFT JOIN term m ON true
$sminion$;
