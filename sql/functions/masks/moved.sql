-- Called by a parent's trigger when its subject changed, before its children are touched. Row triggers of children hold the
-- share lock of the subject they found: taking that subject's state exclusively waits for them, and updating it makes a
-- child that is being written in REPEATABLE READ fail rather than keep the old subject. So the state is made if there is none.
CREATE FUNCTION sminion.moved(key text) RETURNS void
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
BEGIN
  IF current_setting('transaction_isolation') <> 'read committed' THEN
    RAISE EXCEPTION USING ERRCODE = 'SG402',
      MESSAGE = 'a row moves to another subject in READ COMMITTED transactions only',
      DETAIL = 'An older snapshot could miss children that were written in the meantime.',
      HINT = 'Repeat it in a READ COMMITTED transaction.';
  END IF;
  PERFORM sminion.make_states(ARRAY[key]);
  UPDATE sminion.subject_state s SET mask = s.mask WHERE s.subject = key;
END
$sminion$;
