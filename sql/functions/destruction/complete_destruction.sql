-- Ends a destruction of which nothing waits: looks once more at all tables that are done, and records what was done. A table in which
-- rows are seen waits again.
CREATE FUNCTION sminion.complete_destruction(own sminion.destruction) RETURNS void
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  step   sminion.destruction_table;
  target sminion.protected_table;
  cause  text;
  again  boolean := false;
  tables jsonb;
BEGIN
  FOR step IN SELECT t.* FROM sminion.destruction_table t WHERE t.destruction = own.id AND t.state = 'done' LOOP
    SELECT p.* INTO target FROM sminion.protected_table p WHERE p.schema_name = step.schema_name AND p.table_name = step.table_name;
    IF FOUND THEN
      cause := coalesce(sminion.destruction_hindrance(target, step.way), sminion.rows_left(target, step.way, step.shared, own.subject));
    ELSIF to_regclass(format('%I.%I', step.schema_name, step.table_name)) IS NOT NULL THEN
      -- Nothing keeps rows of the person out of it any more, and nothing tells which they are.
      cause := 'the policy in force does not have the table any more';
    ELSE
      cause := NULL;
    END IF;
    IF cause IS NOT NULL THEN
      again := true;
      UPDATE sminion.destruction_table t SET state = 'waiting', cause = complete_destruction.cause, done_at = NULL
      WHERE t.destruction = own.id AND t.schema_name = step.schema_name AND t.table_name = step.table_name;
    END IF;
  END LOOP;
  IF again THEN
    UPDATE sminion.destruction d SET pass = d.pass + 1 WHERE d.id = own.id;
    RETURN;
  END IF;
  SELECT coalesce(jsonb_agg(jsonb_build_object(
           'table', t.schema_name || '.' || t.table_name, 'state', t.state, 'way', t.way, 'destroyed', t.destroyed,
           'depersonalized', t.depersonalized, 'unlinked', t.unlinked, 'hold', t.hold) ORDER BY t.place), '[]') INTO tables
  FROM sminion.destruction_table t
  WHERE t.destruction = own.id AND (t.state = 'held' OR t.destroyed + t.depersonalized + t.unlinked > 0);
  -- Long lists are hashed: a leaf of the log has a limit.
  PERFORM sminion.record_request_event(own.request, 'destroyed', jsonb_build_object(
    'destruction', own.id, 'plan', encode(own.plan_sha256, 'hex'), 'commitment', encode(own.commitment, 'hex'),
    'held', EXISTS (SELECT FROM sminion.destruction_table t WHERE t.destruction = own.id AND t.state = 'held'),
    'tables', CASE WHEN octet_length(tables::text) <= 16000 THEN tables
      ELSE to_jsonb(encode(sha256(convert_to(tables::text, 'UTF8')), 'hex')) END), own.reason, own.actor);
  UPDATE sminion.destruction d SET completed_at = clock_timestamp() WHERE d.id = own.id;
END
$sminion$;
