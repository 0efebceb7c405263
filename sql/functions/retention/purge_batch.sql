-- Purges the next expired rows of one table, as `schema.table` in the policy, in a transaction of its own: repeat it until `state` is `done`, or
-- `stuck`, with the cause. It may end at any point, with its client or with the server: the next call goes on, and so does
-- sminion.maintain. Unlike that, it asks not how long the rule has been in force.
--
-- slow: also a large table in which no index leads to the rows.
CREATE FUNCTION sminion.purge_batch(
  "table" text, milliseconds integer DEFAULT 200, slow boolean DEFAULT false, OUT state text, OUT rows bigint, OUT cause text
)
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET lock_timeout = '200ms'
AS $sminion$
DECLARE
  own  sminion.retention_rule;
  done record;
BEGIN
  PERFORM sminion.require_read_committed();
  IF NOT EXISTS (SELECT FROM sminion.policy p WHERE p.completed_at IS NOT NULL) THEN
    RAISE EXCEPTION USING ERRCODE = 'SG571',
      MESSAGE = 'a change of the policy is not finished',
      DETAIL = 'What has expired is known when each table is as the policy says.',
      HINT = 'Wait until `sminion-guard apply` has ended; where it was interrupted, run it again.';
  ELSIF NOT EXISTS (SELECT FROM sminion.retention_rule r WHERE r.schema_name || '.' || r.table_name = purge_batch."table") THEN
    RAISE EXCEPTION USING ERRCODE = 'SG572',
      MESSAGE = format('the policy in force has no retention of `%s`', coalesce(purge_batch."table", 'NULL')),
      HINT = 'See `sminion.retention_status()`.';
  END IF;
  SELECT r.* INTO own FROM sminion.retention_rule r WHERE r.schema_name || '.' || r.table_name = purge_batch."table" FOR UPDATE SKIP LOCKED;
  IF NOT FOUND THEN
    state := 'stuck';
    rows := 0;
    cause := 'locked: another session purges it, or holds data of it';
    RETURN;
  END IF;
  done := sminion.purge_step(own, milliseconds, slow);
  state := done.state;
  rows := done.rows;
  cause := done.cause;
END
$sminion$;
COMMENT ON FUNCTION sminion.purge_batch(text, integer, boolean) IS 'purges the next expired rows of a table; repeat it until `done`';
