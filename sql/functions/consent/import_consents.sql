-- Records decisions that were made earlier, such as those of another system: of each line one element of the arrays, with the moment of
-- the decision. Returns for each line whether it was `recorded`, or `repeated`: it stands in the history already, so a file may be
-- imported again. Decisions count in the order of their moments, also beside those that are on record.
--
-- decisions: given, refused or withdrawn.
-- actors:    who took the decision from the person; NULL is the login.
CREATE FUNCTION sminion.import_consents(
  subjects text[], purposes text[], decisions text[], given_at timestamptz[], text_sha256 bytea[], channels text[], until timestamptz[],
  actors text[], reason text, kind text DEFAULT NULL, OUT line integer, OUT outcome text
) RETURNS SETOF record
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  keys    text[];
  events  text[];
  numbers integer[];
  part    record;
BEGIN
  SELECT array_agg(sminion.subject_key(u.raw, kind) ORDER BY u.nth),
         array_agg(CASE u.decision WHEN 'given' THEN 'give_consent' WHEN 'refused' THEN 'refuse_consent' WHEN 'withdrawn' THEN 'withdraw_consent' END
                   ORDER BY u.nth)
  INTO keys, events FROM unnest(subjects, decisions) WITH ORDINALITY AS u (raw, decision, nth);
  IF keys IS NULL OR array_position(events, NULL) IS NOT NULL OR array_position(given_at, NULL) IS NOT NULL
    OR cardinality(given_at) IS DISTINCT FROM cardinality(keys) OR cardinality(purposes) IS DISTINCT FROM cardinality(keys)
  THEN
    RAISE EXCEPTION USING ERRCODE = 'SG530',
      MESSAGE = 'a line has no decision, or no moment of it',
      DETAIL = 'Decisions: given, refused, withdrawn.',
      HINT = 'Pass for each line the subject, the purpose, the decision and when it was made.';
  END IF;
  SELECT coalesce(array_agg(u.nth ORDER BY u.nth), '{}') INTO numbers
  FROM (
    SELECT DISTINCT ON (f.key, f.purpose, f.event, f.at, f.hash) f.*
    FROM unnest(keys, purposes, events, given_at, text_sha256) WITH ORDINALITY AS f (key, purpose, event, at, hash, nth)
    ORDER BY f.key, f.purpose, f.event, f.at, f.hash, f.nth) u
  WHERE NOT EXISTS (
    SELECT FROM sminion.subject_event e
    WHERE e.subject = u.key AND e.purpose = u.purpose AND e.event = u.event AND e.given_at = u.at
      AND e.text_sha256 IS NOT DISTINCT FROM u.hash);
  FOR part IN
    SELECT f.turn, f.purpose, f.event, f.actor, array_agg(f.key) AS keys, array_agg(f.at) AS ats, array_agg(f.hash) AS hashes,
           array_agg(f.channel) AS channels, array_agg(f.until) AS ends
    FROM (
      SELECT u.*, row_number() OVER (PARTITION BY u.key, u.purpose ORDER BY u.at, u.nth) AS turn
      FROM unnest(keys, purposes, events, given_at, text_sha256, channels, until, actors) WITH ORDINALITY
        AS u (key, purpose, event, at, hash, channel, until, actor, nth)
      -- joined: = ANY would look through the whole array for each line
      JOIN unnest(numbers) AS n (number) ON n.number = u.nth) f
    GROUP BY f.turn, f.purpose, f.event, f.actor ORDER BY f.turn
  LOOP
    PERFORM sminion.change_states(
      part.keys, part.event, part.purpose, reason, part.actor, kind, part.ats, part.hashes, part.channels, part.ends, as_kept => true);
  END LOOP;
  RETURN QUERY SELECT n.nth, CASE WHEN m.number IS NOT NULL THEN 'recorded' ELSE 'repeated' END
  FROM generate_series(1, cardinality(keys)) AS n (nth) LEFT JOIN unnest(numbers) AS m (number) ON m.number = n.nth;
END
$sminion$;
COMMENT ON FUNCTION sminion.import_consents(text[], text[], text[], timestamptz[], bytea[], text[], timestamptz[], text[], text, text) IS
  'records decisions on consent that were made earlier; for each line whether it was recorded';
