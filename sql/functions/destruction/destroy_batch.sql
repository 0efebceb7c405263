-- Destroys the next batch of a destruction, in a transaction of its own; repeat it until `state` is `done`, or `stuck` although nothing
-- locks the rows that `sminion.destruction_status` names. It may end at any point, with its client or with the server: the next call
-- goes on, and so does sminion.maintain.
CREATE FUNCTION sminion.destroy_batch(
  destruction bigint, milliseconds integer DEFAULT 200, OUT state text, OUT schema_name text, OUT table_name text, OUT rows bigint,
  OUT cause text
)
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET lock_timeout = '200ms'
AS $sminion$
DECLARE
  own  sminion.destruction;
  done record;
BEGIN
  PERFORM sminion.require_read_committed();
  BEGIN
    SELECT d.* INTO own FROM sminion.destruction d WHERE d.id = destroy_batch.destruction FOR UPDATE;
  EXCEPTION WHEN lock_not_available THEN
    state := 'stuck';
    cause := 'locked: another session destroys it';
    RETURN;
  END;
  -- What is visible was committed by another transaction, or written by this one: here a rollback would leave no trace.
  IF own.id IS NULL OR own.transaction = pg_current_xact_id() THEN
    RAISE EXCEPTION USING ERRCODE = 'SG563',
      MESSAGE = format('destruction %s is not on record', coalesce(destroy_batch.destruction::text, 'NULL')),
      DETAIL = 'Rows are destroyed in transactions after the one that writes down what will be.',
      HINT = 'Call `sminion.begin_destruction`, and commit.';
  ELSIF own.completed_at IS NOT NULL OR own.subject IS NULL THEN
    state := 'done';
    rows := 0;
    RETURN;
  END IF;
  done := sminion.destroy_step(own, milliseconds);
  state := done.state;
  schema_name := done.schema_name;
  table_name := done.table_name;
  rows := done.rows;
  cause := done.cause;
  -- A last look may have found rows.
  IF state = 'done' AND EXISTS (SELECT FROM sminion.destruction d WHERE d.id = own.id AND d.completed_at IS NULL) THEN
    state := 'working';
  END IF;
END
$sminion$;
COMMENT ON FUNCTION sminion.destroy_batch(bigint, integer) IS 'destroys the next rows of a destruction; repeat it until `done`';
