-- Keeps data of a person although they would be destroyed: those of one table, as `schema.table`, or of all tables with a column of a category.
-- Nobody processes them: they stay hidden as those of an erased person. Returns the number of the hold.
CREATE FUNCTION sminion.hold_data(
  subject text, reason text, basis text, "table" text DEFAULT NULL, category text DEFAULT NULL, until timestamptz DEFAULT NULL,
  actor text DEFAULT NULL, kind text DEFAULT NULL
) RETURNS bigint
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET lock_timeout = '5s'
AS $sminion$
DECLARE
  key    CONSTANT text := sminion.subject_key(hold_data.subject, hold_data.kind);
  why    CONSTANT text := sminion.require_reason(hold_data.reason);
  law    CONSTANT text := sminion.require_reason(hold_data.basis);
  who    CONSTANT text := sminion.require_actor(hold_data.actor);
  target sminion.protected_table;
  number bigint;
BEGIN
  PERFORM sminion.require_read_committed();
  SELECT p.* INTO target FROM sminion.protected_table p WHERE p.schema_name || '.' || p.table_name = hold_data."table";
  IF num_nonnulls(hold_data."table", hold_data.category) <> 1
    OR hold_data."table" IS NOT NULL AND target.table_name IS NULL
    OR hold_data.category IS NOT NULL AND NOT EXISTS (
      SELECT FROM sminion.protected_table p CROSS JOIN sminion.policy i JOIN sminion.policy_version v ON v.epoch = i.epoch
      CROSS JOIN LATERAL jsonb_each_text(v.document #> ARRAY['schemas', p.schema_name, 'tables', p.table_name, 'columns']) AS c
      WHERE c.value = hold_data.category)
  THEN
    RAISE EXCEPTION USING ERRCODE = 'SG564',
      MESSAGE = 'a hold names one table with personal data, or one category that a table has',
      HINT = 'Pass `"table" => ''schema.table''` or `category => ...`, as in the policy.';
  ELSIF hold_data.until <= clock_timestamp() THEN
    RAISE EXCEPTION USING ERRCODE = 'SG564', MESSAGE = 'the hold would be over already', HINT = 'Pass a moment in the future as `until`, or none.';
  END IF;
  -- A batch that runs ends first, and the next one sees the hold.
  PERFORM FROM sminion.destruction d WHERE d.subject = key ORDER BY d.id FOR UPDATE;
  PERFORM FROM sminion.retention_rule r ORDER BY r.place FOR SHARE;
  INSERT INTO sminion.hold AS h (subject, schema_name, table_name, category, reason, basis, until, actor)
  VALUES (key, target.schema_name, target.table_name, hold_data.category, why, law, hold_data.until, who) RETURNING h.id INTO number;
  PERFORM sminion.record_act('hold', jsonb_strip_nulls(jsonb_build_object(
    'hold', number, 'table', hold_data."table", 'category', hold_data.category, 'until', hold_data.until)), why);
  RETURN number;
END
$sminion$;
COMMENT ON FUNCTION sminion.hold_data(text, text, text, text, text, timestamptz, text, text) IS
  'keeps data of a person that would be destroyed; the number of the hold';
