-- Repeats what happened to a request, with the dates that were told to the person: no term is computed anew. Returns the request's number
-- here, NULL where it was on record already. It keeps its number, unless another request has it.
--
-- What the request changed in states (a block, a withdrawal) are entries of their own. A destruction begins again as it is begun
-- otherwise, with a plan of what is here now.
CREATE FUNCTION sminion.replay_request(ledger text, at timestamptz, subject text, decision jsonb, reason text) RETURNS bigint
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  what  CONSTANT text := decision ->> 'event';
  said  sminion.request;
  own   bigint;
  epoch CONSTANT integer := (SELECT p.epoch FROM sminion.policy p);
BEGIN
  said := jsonb_populate_record(NULL::sminion.request, decision -> 'row');
  own := sminion.replayed_number(ledger, 'request', said.id, said.recorded_at);
  IF what = 'opened' AND own IS NULL THEN
    own := said.id;
    IF EXISTS (SELECT FROM sminion.request r WHERE r.id = own) THEN
      own := nextval(pg_get_serial_sequence('sminion.request', 'id'));
    ELSE
      PERFORM setval(pg_get_serial_sequence('sminion.request', 'id'), greatest(own, (SELECT s.last_value FROM sminion.request_id_seq s)));
    END IF;
    INSERT INTO sminion.request OVERRIDING SYSTEM VALUE
    SELECT (jsonb_populate_record(said, jsonb_build_object('id', own, 'subject', replay_request.subject, 'epoch', epoch,
      'identified', false, 'extended_to', NULL, 'closed_at', NULL, 'outcome', NULL, 'duplicate_of', NULL))).*;
  ELSIF own IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'SG594',
      MESSAGE = format('request %s of the ledger is not in this database', said.id),
      HINT = 'Replay the ledger from its beginning, or an older one first.';
  ELSIF EXISTS (SELECT FROM sminion.request_event e WHERE e.request = own AND e.event = what AND e.at = replay_request.at) THEN
    RETURN NULL;
  ELSIF what = 'destruction_begun' THEN
    IF EXISTS (SELECT FROM sminion.destruction d WHERE d.request = own) THEN
      RETURN NULL;
    END IF;
    PERFORM sminion.begin_destruction(own, replay_request.reason, true, decision ->> 'actor');
    RETURN own;
  ELSIF what = 'closed' AND said.kind = 'destroy' AND EXISTS (
    SELECT FROM sminion.destruction d WHERE d.request = own AND d.completed_at IS NULL)
  THEN
    RAISE EXCEPTION USING ERRCODE = 'SG565',
      MESSAGE = format('request %s stays open: the data are not destroyed again yet', own),
      HINT = 'See `sminion.destruction_status`, and replay the ledger again.';
  END IF;
  UPDATE sminion.request r
  SET identified = said.identified OR what = 'identified', extended_to = coalesce(said.extended_to, r.extended_to)
  WHERE r.id = own AND what <> 'opened';
  UPDATE sminion.request r
  SET closed_at = replay_request.at, outcome = decision #>> '{detail,outcome}',
      duplicate_of = (SELECT coalesce(
        (SELECT p.became FROM sminion.replayed p
         WHERE p.ledger = replay_request.ledger AND p.kind = 'request' AND p.was = said.duplicate_of), said.duplicate_of))
  WHERE r.id = own AND what = 'closed' AND r.closed_at IS NULL;
  INSERT INTO sminion.request_event (request, event, detail, reason, actor, epoch)
  VALUES (own, what, coalesce(decision -> 'detail', '{}'), replay_request.reason, sminion.require_actor(decision ->> 'actor'), epoch);
  RETURN own;
END
$sminion$;
