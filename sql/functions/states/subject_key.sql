-- A subject in the one form in which states, tickets and logs keep it: the key as its type in the policy prints it, and before
-- it, where the policy names kinds of subjects, the kind and a colon. A kind has no colon, so the first one ends it.
CREATE FUNCTION sminion.subject_key(raw text, kind text) RETURNS text
LANGUAGE plpgsql
STABLE
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  kinds    jsonb := (SELECT p.subject_keys FROM sminion.policy p);
  key_type text := kinds ->> coalesce(kind, '');
  prefix   text := CASE WHEN kind IS NULL THEN '' ELSE kind || ':' END;
BEGIN
  IF coalesce(raw, '') = '' OR kinds IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'SG504',
      MESSAGE = CASE WHEN kinds IS NULL THEN 'no policy is in force in this database' ELSE 'the subject is empty' END,
      HINT = 'Pass the key as it stands in the subject column.';
  END IF;
  -- Customer 5 is not employee 5: a guess would open, or close, somebody else's data.
  IF key_type IS NULL OR kind = '' THEN
    RAISE EXCEPTION USING ERRCODE = 'SG460',
      MESSAGE = CASE
        WHEN kinds ? '' THEN format('the policy names no kinds of subjects, and so no `%s`', sminion.log_text(kind, 80))
        WHEN coalesce(kind, '') = '' THEN 'of which kind the subject is was not said'
        ELSE format('the policy has no kind of subjects `%s`', sminion.log_text(kind, 80)) END,
      DETAIL = CASE WHEN kinds ? '' THEN 'All its subjects are of one kind.' ELSE
        'Kinds: ' || (SELECT string_agg(format('`%s`', k), ', ' ORDER BY k) FROM jsonb_object_keys(kinds) k) || '.' END,
      HINT = CASE WHEN kinds ? '' THEN 'Leave `kind` out.' ELSE 'Pass `kind => ...`.' END;
  END IF;
  -- A text is a key as it stands. What cannot be read is one only where a row has it: the log must not become a forgery by
  -- keys that somebody made up.
  IF key_type = 'text' AND sminion.log_text(prefix || raw, 400) <> prefix || raw
     AND NOT sminion.subject_known(prefix || raw)
  THEN
    RAISE EXCEPTION USING ERRCODE = 'SG504',
      MESSAGE = format('no row has the subject key `%s`, which cannot be read', sminion.log_text(raw, 80)),
      DETAIL = 'It has control, bidirectional or invisible characters, or more than 400 characters.',
      HINT = 'Pass the key as it stands in the subject column.';
  END IF;
  RETURN prefix
    || CASE key_type WHEN 'bigint' THEN raw::bigint::text WHEN 'uuid' THEN raw::uuid::text WHEN 'text' THEN raw END;
EXCEPTION WHEN invalid_text_representation OR numeric_value_out_of_range THEN
  RAISE EXCEPTION USING ERRCODE = 'SG504',
    MESSAGE = format('`%s` is not a subject key of type %s', sminion.log_text(raw, 80), key_type),
    HINT = 'Pass the key as it stands in the subject column.';
END
$sminion$;
