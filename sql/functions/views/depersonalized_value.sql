-- What an operator leaves of a value, as an expression: for rows that are depersonalized at the end of their retention, and for depersonalized views.
-- NULL for an operator that is none of those that both have.
CREATE FUNCTION sminion.depersonalized_value(operator text, argument text, old text, type regtype, zone text) RETURNS text
LANGUAGE sql
IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $sminion$
  SELECT CASE
    WHEN operator IN ('year', 'month', 'decade') THEN CASE type
      WHEN 'timestamptz'::regtype THEN format('date_trunc(%L, %s, %L)', operator, old, zone)
      ELSE format('date_trunc(%L, %s::timestamp)', operator, old) END
    WHEN operator = 'prefix' THEN format('left(%s, %s)', old, argument::integer)
    WHEN operator = 'bucket' THEN format('trunc(%s::numeric / %s) * %2$s', old, argument::integer) END
$sminion$;
COMMENT ON FUNCTION sminion.depersonalized_value(text, text, text, regtype, text) IS 'what an operator leaves of a value, as an expression';
