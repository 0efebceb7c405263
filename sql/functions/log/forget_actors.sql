-- Takes out of the log who acted in the months that are older than `actors` of `[operator]` says: names of actors, addresses of clients
-- and names of applications; of about `most` events of each kind. Whether there is more to do. For sminion.maintain_step.
--
-- Employees are people too. What they did stays on record, under login, unit, purpose and reason. The leaves of the log have
-- commitments of the names, and these are kept, so every proof stays valid. When a month is done, the salts of its names go: until
-- then whoever reads the salts could try the names of all employees.
--
-- Whole months, which ended a week ago at least: no session works under their tickets, and no process writes entries about them.
-- Events go in the order of their numbers; what a long transaction numbered late waits for its turn, and the salts of its month with it.
CREATE FUNCTION sminion.forget_actors(most integer) RETURNS boolean
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $sminion$
#variable_conflict use_column
DECLARE
  kept   CONSTANT interval := (
    SELECT (v.document #>> '{operator,actors}')::interval FROM sminion.policy p JOIN sminion.policy_version v ON v.epoch = p.epoch);
  cutoff CONSTANT timestamptz := date_trunc(
    'month', least(clock_timestamp() - kept, clock_timestamp() - interval '7 days') AT TIME ZONE 'UTC') AT TIME ZONE 'UTC';
  -- Before the first holder of a month that is kept.
  bound  CONSTANT text := 'actor:' || to_char(cutoff AT TIME ZONE 'UTC', 'YYYY-MM');
  more   boolean := false;
  one    record;
  gone   bigint;
BEGIN
  IF kept IS NULL OR NOT EXISTS (SELECT FROM sminion.salt z WHERE z.holder >= 'actor:' COLLATE "C" AND z.holder < bound COLLATE "C") THEN
    RETURN false;
  END IF;
  INSERT INTO sminion.forgotten_actors (source) VALUES ('ticket'), ('state'), ('request') ON CONFLICT DO NOTHING;
  PERFORM set_config('sminion.erasing', pg_current_xact_id()::text, true);
  FOR one IN SELECT f.source FROM sminion.forgotten_actors f ORDER BY f.source COLLATE "C" FOR UPDATE LOOP
    more := sminion.forget_actors_of(one.source, cutoff, most) OR more;
  END LOOP;
  -- No events: what is kept beside them. A certificate is kept by law, and says who destroyed.
  UPDATE sminion.hold h SET actor = NULL, released_by = NULL WHERE h.ended AND h.placed_at < cutoff AND h.actor IS NOT NULL;
  UPDATE sminion.destruction d SET actor = NULL
  WHERE d.completed_at < cutoff AND d.actor IS NOT NULL AND NOT EXISTS (SELECT FROM sminion.certificate c WHERE c.destruction = d.id);
  UPDATE sminion.log_writer w SET client_address = NULL, application = ''
  WHERE w.opened_at < cutoff AND (w.client_address IS NOT NULL OR w.application <> '');
  UPDATE sminion.disclosure d SET actor = NULL WHERE d.recorded_at < cutoff AND d.actor IS NOT NULL;
  PERFORM set_config('sminion.erasing', '', true);
  IF more OR EXISTS (SELECT FROM sminion.ticket k WHERE k.opened_at < cutoff AND k.actor IS NOT NULL)
    OR EXISTS (SELECT FROM sminion.subject_event e WHERE e.at < cutoff AND e.actor IS NOT NULL)
    OR EXISTS (SELECT FROM sminion.request_event e WHERE e.at < cutoff AND e.actor IS NOT NULL)
  THEN
    RETURN more;
  END IF;
  DELETE FROM sminion.salt z WHERE z.holder >= 'actor:' COLLATE "C" AND z.holder < bound COLLATE "C";
  GET DIAGNOSTICS gone = ROW_COUNT;
  PERFORM sminion.record_act(
    'forget_actors', jsonb_build_object('before', to_char(cutoff AT TIME ZONE 'UTC', 'YYYY-MM'), 'names', gone), NULL);
  RETURN false;
END
$sminion$;
COMMENT ON FUNCTION sminion.forget_actors(integer) IS
  'takes names of actors and addresses of clients out of the log, when the policy says so; whether there is more to do';
