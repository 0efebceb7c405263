-- Called by row triggers where an UPDATE changes whom a row is about: raises where one of the persons that it is about no longer is
-- blocked, or being destroyed. Else the row would be seen as another person's, and a destruction would miss it. True, so that it
-- is called in an assignment.
--
-- No purpose may change the columns that lead to the person (see policy/access.py). What comes here are jobs of superusers, the
-- application's own triggers, and referential actions, which ask no row security. So nobody is excepted, but the batch that destroys the data.
--
-- was, becomes: the subjects of the row.
-- above: other tables find their subjects through this one: sminion.moved will want the same locks exclusively.
CREATE FUNCTION sminion.permit_move(was text[], becomes text[], place text, schema_name text, above boolean) RETURNS boolean
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  key  text;
  kept boolean;
BEGIN
  FOR key IN
    SELECT DISTINCT o.key COLLATE "C" FROM unnest(was) AS o (key)
    WHERE o.key <> '' AND NOT EXISTS (SELECT FROM unnest(becomes) AS n (key) WHERE n.key = o.key) ORDER BY 1
  LOOP
    -- An older snapshot never sees a state that is newer; here it fails.
    IF current_setting('transaction_isolation') <> 'read committed' THEN
      PERFORM sminion.make_states(ARRAY[key]);
    END IF;
    -- Under the lock, since a block may be about to be stored.
    IF above THEN
      SELECT s.blocked OR s.erased OR s.others_blocked IS TRUE
          OR sminion.blocked_in(s.blocked_schemas, s.others_blocked_schemas, permit_move.schema_name) INTO kept
      FROM sminion.subject_state s WHERE s.subject = key FOR UPDATE;
    ELSE
      SELECT s.blocked OR s.erased OR s.others_blocked IS TRUE
          OR sminion.blocked_in(s.blocked_schemas, s.others_blocked_schemas, permit_move.schema_name) INTO kept
      FROM sminion.subject_state s WHERE s.subject = key FOR SHARE;
    END IF;
    IF kept OR EXISTS (SELECT FROM sminion.pending_change c
      WHERE c.subject = key AND (c.event = 'erase' OR c.event = 'block' AND coalesce(permit_move.schema_name = ANY (c.schemas), true))) THEN
      CONTINUE WHEN EXISTS (SELECT FROM sminion.destruction d WHERE d.batch = pg_current_xact_id() AND d.subject = key);
      RAISE EXCEPTION USING ERRCODE = 'SG249',
        MESSAGE = format('a row of `%s` cannot be moved to another person', place),
        DETAIL = 'The person whom it is about is blocked, or the data of this person are being destroyed.',
        HINT = 'Leave the row out; or move it when a privacy officer has ended the block with `sminion.unblock`.';
    END IF;
  END LOOP;
  RETURN true;
END
$sminion$;
