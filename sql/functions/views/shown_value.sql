-- What a column of a depersonalized view shows of a row, as an expression over alias `t`. Values that are equal must look alike, or a group would
-- hide nobody: texts are compared byte by byte (a collation may hold `OSLO` and `Oslo` for one), and numbers lose the zeros at their end.
CREATE FUNCTION sminion.shown_value(definition jsonb, said jsonb) RETURNS text
LANGUAGE plpgsql
STABLE
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  operator CONSTANT text := said ->> 'operator';
  type     regtype;
  old      text;
  shown    text;
BEGIN
  SELECT coalesce(nullif(b.typbasetype, 0), b.oid)::regtype INTO STRICT type
  FROM pg_attribute a JOIN pg_type b ON b.oid = a.atttypid
  WHERE a.attrelid = (definition ->> 'table')::regclass AND a.attname = said ->> 'column' AND a.attnum > 0 AND NOT a.attisdropped;
  type := CASE type WHEN 'varchar'::regtype THEN 'text'::regtype ELSE type END;
  IF type NOT IN ('text'::regtype, 'smallint'::regtype, 'integer'::regtype, 'bigint'::regtype, 'numeric'::regtype, 'date'::regtype,
                  'timestamp'::regtype, 'timestamptz'::regtype, 'boolean'::regtype, 'uuid'::regtype)
  THEN
    RAISE EXCEPTION USING ERRCODE = 'SG397',
      MESSAGE = format('column `%s` of `%s` is %s, which no depersonalized view shows', said ->> 'column', definition ->> 'table', type),
      HINT = 'Leave the column out of the view.';
  END IF;
  old := format('t.%I::%s', said ->> 'column', type);
  IF type = 'text'::regtype THEN
    old := format('(%s COLLATE "C")', old);
  END IF;
  shown := CASE operator
    WHEN 'keep' THEN old
    WHEN 'pseudonym' THEN format('(%s::text COLLATE "C")', old)
    WHEN 'top' THEN format('CASE WHEN %s > %s THEN %2$s ELSE %1$s END', old, (said ->> 'argument')::bigint)
    WHEN 'bottom' THEN format('CASE WHEN %s < %s THEN %2$s ELSE %1$s END', old, (said ->> 'argument')::bigint)
    WHEN 'hierarchy' THEN (
      SELECT format('CASE WHEN %s IS NULL THEN NULL %s ELSE %s END', old,
                    string_agg(format('WHEN (%s::text COLLATE "C") = %L THEN %L', old, g.key, g.value), ' ' ORDER BY g.key COLLATE "C"),
                    quote_nullable(said ->> 'other') || '::text')
      FROM jsonb_each_text(said -> 'groups') g)
    ELSE sminion.depersonalized_value(operator, said ->> 'argument', old, type, definition ->> 'zone') END;
  IF shown IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'SG397',
      MESSAGE = format('nobody knows what `%s` shows of column `%s`', operator, said ->> 'column'),
      HINT = 'Apply the policy with the version that the functions in the database are of.';
  END IF;
  type := CASE WHEN operator IN ('pseudonym', 'hierarchy') THEN 'text'::regtype ELSE type END;
  RETURN format(CASE type WHEN 'numeric'::regtype THEN 'trim_scale((%s)::%s)' WHEN 'text'::regtype THEN '((%s)::%s COLLATE "C")' ELSE '(%s)::%s' END,
                shown, type);
END
$sminion$;
COMMENT ON FUNCTION sminion.shown_value(jsonb, jsonb) IS 'what a column of a depersonalized view shows of a row, as an expression';
