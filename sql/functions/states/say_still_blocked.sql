-- Warns whoever ended a block that another one still holds: one of the whole subject, and those that are limited to schemas, are ended
-- each by itself.
CREATE FUNCTION sminion.say_still_blocked(key text) RETURNS void
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  state sminion.subject_state;
BEGIN
  SELECT s.* INTO state FROM sminion.subject_state s WHERE s.subject = key;
  IF state.blocked OR state.blocked_schemas IS NOT NULL THEN
    RAISE WARNING USING ERRCODE = 'SG547',
      MESSAGE = format('subject `%s` stays blocked%s', sminion.log_text(key, 80),
        CASE WHEN state.blocked THEN '' ELSE format(' in schemas: `%s`', array_to_string(state.blocked_schemas, '`, `')) END),
      DETAIL = 'A block of the whole subject, and one that is limited to schemas, stand beside each other.',
      HINT = CASE WHEN state.blocked THEN 'End it with `sminion.unblock` without `schemas`, if nothing is to be blocked.'
        ELSE 'End it with `sminion.unblock(..., schemas => ARRAY[...])`, if nothing is to be blocked there.' END;
  END IF;
END
$sminion$;
