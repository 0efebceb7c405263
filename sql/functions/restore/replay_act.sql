-- Repeats a hold, the release of one, or an erasure from the log. Returns the number of the hold, 0 of an erasure; NULL where there is
-- nothing to repeat.
CREATE FUNCTION sminion.replay_act(ledger text, subject text, decision jsonb, reason text) RETURNS bigint
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  said  sminion.hold;
  own   bigint;
  who   record;
BEGIN
  SELECT k.* INTO who FROM sminion.kind_of_subject(replay_act.subject) k;
  IF decision ->> 'act' = 'erase_from_log' THEN
    IF NOT EXISTS (SELECT FROM sminion.salt z WHERE z.holder = 'subject:' || replay_act.subject) THEN
      RETURN NULL;
    END IF;
    PERFORM sminion.erase_from_log(who.key, replay_act.reason, who.kind);
    RETURN 0;
  END IF;
  said := jsonb_populate_record(NULL::sminion.hold, decision -> 'hold');
  own := sminion.replayed_number(ledger, 'hold', said.id, said.placed_at);
  IF decision ->> 'act' = 'hold' THEN
    IF own IS NOT NULL OR said.until <= clock_timestamp() THEN
      RETURN NULL;
    END IF;
    RETURN sminion.hold_data(who.key, replay_act.reason, said.basis, said.schema_name || '.' || said.table_name, said.category, said.until,
      said.actor, who.kind);
  ELSIF EXISTS (SELECT FROM sminion.hold h WHERE h.id = own AND h.released_at IS NULL) THEN
    PERFORM sminion.release_hold(own, replay_act.reason, said.released_by);
    RETURN own;
  END IF;
  RETURN NULL;
END
$sminion$;
