-- Records a request, computes until when it must be answered, and does at once what cannot wait: whoever contests data or reports
-- misconduct is blocked from the moment of the request (152-FZ article 21, GDPR article 18), a withdrawn consent and an objection hold
-- from the next statement of every session. Returns the number of the request.
--
-- subject:     the key; NULL only for misconduct that concerns nobody in particular.
-- request:     clarify, block, destroy, withdraw_consent, object, access, stop or misconduct.
-- purpose:     for withdraw_consent and object; NULL stands for all purposes that rest on consent, or on legitimate interest.
-- trigger:     what the term counts from: request, proof, detection or purpose_reached.
-- schemas:     the data in these schemas only are contested, or are to be blocked; NULL for all.
-- received_at: when it came in, or was proved or detected; not in the future. NULL is now.
CREATE FUNCTION sminion.open_request(
  subject text, request text, reason text, purpose text DEFAULT NULL, trigger text DEFAULT 'request', received_at timestamptz DEFAULT NULL,
  channel text DEFAULT 'other', representative text DEFAULT NULL, unit text DEFAULT NULL, actor text DEFAULT NULL, kind text DEFAULT NULL,
  schemas text[] DEFAULT NULL
) RETURNS bigint
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
#variable_conflict use_column
DECLARE
  in_force  sminion.policy;
  key       text;
  moment    timestamptz := coalesce(open_request.received_at, clock_timestamp());
  said      jsonb;
  days      sminion.calendar;
  start_on  date;
  unrolled  date;
  due       date;
  rests_on  CONSTANT text := CASE open_request.request WHEN 'withdraw_consent' THEN 'consent' WHEN 'object' THEN 'legitimate_interest' END;
  number    bigint;
  other     bigint;
  concerned text;
  places    CONSTANT text[] := sminion.schemas_of_block(open_request.schemas);
BEGIN
  PERFORM sminion.require_read_committed();
  SELECT p.* INTO in_force FROM sminion.policy p;
  IF in_force.request_terms IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'SG520',
      MESSAGE = 'the policy in force names no terms for requests',
      HINT = 'Add `[request]` with a profile to the policy, and apply it: docs/POLICY.md.';
  END IF;
  said := in_force.request_terms -> 'terms' -> open_request.request -> open_request.trigger;
  IF said IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'SG522',
      MESSAGE = format('there is no kind of request `%s` with the trigger `%s`',
        coalesce(sminion.log_text(open_request.request, 40), 'NULL'), coalesce(sminion.log_text(open_request.trigger, 40), 'NULL')),
      HINT = 'Kinds: ' || (SELECT string_agg(k, ', ' ORDER BY k) FROM jsonb_object_keys(in_force.request_terms -> 'terms') k)
        || '. Triggers: request, proof, detection, purpose_reached.';
  ELSIF moment > clock_timestamp() + interval '1 minute' OR moment < clock_timestamp() - interval '10 years' THEN
    RAISE EXCEPTION USING ERRCODE = 'SG522',
      MESSAGE = format('the request cannot have been received at %s', moment),
      HINT = 'Pass the moment when it came in, or leave `received_at` out.';
  ELSIF open_request.purpose IS NOT NULL AND rests_on IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'SG522',
      MESSAGE = format('a request `%s` is about all purposes', open_request.request),
      HINT = 'Leave `purpose` out, or open a request `withdraw_consent` or `object`.';
  ELSIF places IS NOT NULL AND NOT (said ->> 'interim')::boolean AND open_request.request NOT IN ('block', 'stop') THEN
    RAISE EXCEPTION USING ERRCODE = 'SG522',
      MESSAGE = format('a request `%s` blocks nothing, and so is not limited to schemas', open_request.request),
      HINT = 'Leave `schemas` out.';
  ELSIF open_request.subject IS NULL AND (open_request.request <> 'misconduct' OR open_request.kind IS NOT NULL) THEN
    RAISE EXCEPTION USING ERRCODE = 'SG504',
      MESSAGE = 'the subject is empty',
      HINT = 'Pass the key as it stands in the subject column; only misconduct may concern nobody in particular.';
  END IF;
  IF open_request.subject IS NOT NULL THEN
    key := sminion.subject_key(open_request.subject, open_request.kind);
  END IF;

  days := sminion.newest_calendar(in_force.request_terms ->> 'calendar');
  start_on := (moment AT TIME ZONE (in_force.request_terms ->> 'timezone'))::date;
  unrolled := sminion.term_end(days, start_on, (said ->> 'count')::integer, said ->> 'unit');
  due := sminion.roll_forward(days, start_on, unrolled);
  SELECT min(r.id) INTO other FROM sminion.request r
  WHERE r.subject = key AND r.kind = open_request.request AND r.closed_at IS NULL
    AND r.purpose IS NOT DISTINCT FROM open_request.purpose;
  INSERT INTO sminion.request AS r (
    kind, subject, purpose, trigger, channel, representative, unit, received_at, term, due_on, unrolled_on, calendar, provisional, interim, schemas, epoch
  ) VALUES (
    open_request.request, key, open_request.purpose, open_request.trigger,
    coalesce(sminion.ticket_text('channel', open_request.channel, 80), 'other'),
    sminion.ticket_text('representative', open_request.representative, 200), sminion.ticket_text('unit', open_request.unit, 200),
    moment, said, due, unrolled, concat_ws(' ', days.name, days.version), due > days.known_until,
    key IS NOT NULL AND (said ->> 'interim')::boolean, places, in_force.epoch
  ) RETURNING r.id INTO number;
  PERFORM sminion.record_request_event(number, 'opened', jsonb_build_object(
    'kind', open_request.request, 'trigger', open_request.trigger, 'purpose', open_request.purpose, 'due', due,
    'received', (extract(epoch FROM moment) * 1000000)::bigint, 'interim', key IS NOT NULL AND (said ->> 'interim')::boolean,
    'calendar', concat_ws(' ', days.name, days.version))
    || CASE WHEN places IS NULL THEN '{}' ELSE jsonb_build_object('schemas', places) END, open_request.reason, open_request.actor);

  IF key IS NOT NULL AND (said ->> 'interim')::boolean THEN
    PERFORM sminion.change_state(open_request.subject, 'block', NULL, open_request.reason, open_request.actor, open_request.kind, number,
      schemas => places);
  END IF;
  IF rests_on IS NOT NULL THEN
    FOR concerned IN
      SELECT w.name FROM sminion.purpose w
      WHERE w.retired_at IS NULL AND CASE WHEN open_request.purpose IS NULL THEN w.basis = rests_on ELSE w.name = open_request.purpose END
      ORDER BY w.name COLLATE "C"
    LOOP
      PERFORM sminion.change_state(
        open_request.subject, open_request.request, concerned, open_request.reason, open_request.actor, open_request.kind, number);
    END LOOP;
    IF NOT FOUND THEN
      -- The purpose is unknown, or nothing rests on this basis: said as change_state says it.
      PERFORM sminion.purpose_bit(coalesce(open_request.purpose, ''), open_request.request);
    END IF;
  END IF;
  IF key IS NOT NULL THEN
    PERFORM sminion.lock_obligations();
    PERFORM sminion.make_obligations(ARRAY[key]);
  END IF;
  IF other IS NOT NULL THEN
    RAISE WARNING USING ERRCODE = 'SG526',
      MESSAGE = format('the same is asked for by request %s, which is open', other),
      HINT = format('Close the new one as a duplicate if it says nothing new: `sminion.close_request(%s, ''duplicate'', ..., duplicate_of => %s)`.',
                    number, other);
  END IF;
  RETURN number;
END
$sminion$;
COMMENT ON FUNCTION sminion.open_request(text, text, text, text, text, timestamptz, text, text, text, text, text, text[]) IS
  'records a request with its term, and does at once what cannot wait; its number';
