-- The mask, for rows in a schema, of a subject whose state a row trigger did not find. NULL is nobody's subject, and permits nothing.
--
-- Two transactions may write rows of the same new person, or of the same two in another order. Were the state made here,
-- each would wait for the other, and for one that is idle for ever. So it is only noted that `settle` is to make it. A change
-- of the state cannot wait for us then: it makes the state itself, and does not know of our rows. What it denies is
-- withheld until `settle` has seen that all have ended who may not have seen the state: those who have locked
-- sminion.new_writer, as we do before we look for the last time.
--
-- settled: the state must be there to be locked, because a row moves to another subject under that lock (see moved). And an
-- older snapshot would never see a state that is newer. There it is made as before, and waited for.
CREATE FUNCTION sminion.first_sight(key text, place text, settled boolean DEFAULT false) RETURNS bigint
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  own       xid8;
  permitted bigint;
BEGIN
  IF coalesce(key, '') = '' THEN
    RETURN 0;
  END IF;
  IF settled OR current_setting('transaction_isolation') <> 'read committed' THEN
    PERFORM sminion.make_states(ARRAY[key]);
    SELECT sminion.mask_in(s.*, place) INTO permitted FROM sminion.subject_state s WHERE s.subject = key FOR SHARE;
    -- Without a policy in force there is no state, and nothing is permitted.
    RETURN coalesce(permitted, 0);
  END IF;
  -- By this number we are waited for: it is there before the lock is.
  own := pg_current_xact_id();
  -- A note of this transaction was made under the lock, so the trigger looked for the state under it.
  SELECT n.mask INTO permitted FROM sminion.new_subject n
  WHERE n.subject = key AND n.writer = own LIMIT 1;
  IF FOUND THEN
    RETURN permitted;
  END IF;
  LOCK TABLE sminion.new_writer IN ROW SHARE MODE;
  SELECT sminion.mask_in(s.*, place) INTO permitted FROM sminion.subject_state s WHERE s.subject = key FOR SHARE;
  IF FOUND THEN
    RETURN permitted;
  END IF;
  SELECT sminion.mask(p, false, 0, 0) INTO permitted FROM sminion.policy p;
  IF NOT FOUND THEN
    RETURN 0;
  END IF;
  INSERT INTO sminion.new_subject (subject, mask, writer) VALUES (key, permitted, own);
  RETURN permitted;
END
$sminion$;
