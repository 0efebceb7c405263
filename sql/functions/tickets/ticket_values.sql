-- The values that a ticket is opened with, checked against those that the policy declares, in canonical form: so that equal
-- values are stored alike, and what stands in the log is what rows were compared with. Nothing is converted from one type
-- to another, no value is left out, and none is there that nobody declared: a misspelt tenant must not open a ticket.
CREATE FUNCTION sminion.ticket_values(given jsonb) RETURNS jsonb
LANGUAGE plpgsql
STABLE
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  declared CONSTANT jsonb := coalesce((SELECT p.ticket_values FROM sminion.policy p), '{}');
  found    jsonb := '{}';
  name     text;
  kind     text;
  raw      jsonb;
  said     text;
BEGIN
  IF given IS NOT NULL AND (jsonb_typeof(given) <> 'object' OR octet_length(given::text) > 32000) THEN
    RAISE EXCEPTION USING ERRCODE = 'SG227',
      MESSAGE = 'the values of a ticket are a JSON object of a few names and values',
      HINT = 'Pass `"values" => jsonb_build_object(name, value, ...)`.';
  END IF;
  FOR name IN SELECT k FROM jsonb_object_keys(coalesce(given, '{}')) AS k WHERE NOT declared ? k ORDER BY k LOOP
    RAISE EXCEPTION USING ERRCODE = 'SG227',
      MESSAGE = format('the policy declares no value `%s` of a ticket', sminion.log_text(name, 40)),
      HINT = coalesce('Pass the declared ones only: '
        || (SELECT string_agg('`' || k || '`', ', ' ORDER BY k) FROM jsonb_object_keys(declared) AS k) || '.', 'Leave it out: the policy declares none.');
  END LOOP;
  FOR name, kind IN SELECT d.key, d.value FROM jsonb_each_text(declared) AS d ORDER BY d.key LOOP
    raw := given -> name;
    said := raw #>> '{}';
    IF said IS NULL THEN
      RAISE EXCEPTION USING ERRCODE = 'SG227',
        MESSAGE = format('the ticket has no value `%s`, which the policy declares as %s', name, kind),
        HINT = format('Pass it: `"values" => jsonb_build_object(''%s'', ...)`.', name);
    END IF;
    BEGIN
      raw := CASE kind || ' ' || jsonb_typeof(raw)
        WHEN 'integer number' THEN to_jsonb(said::integer)
        WHEN 'bigint number' THEN to_jsonb(said::bigint)
        WHEN 'boolean boolean' THEN raw
        WHEN 'uuid string' THEN to_jsonb(said::uuid)
        -- make_date, not a cast: DateStyle is the client's, and 'today' is no date that anybody named.
        WHEN 'date string' THEN CASE WHEN said ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$' THEN to_jsonb(to_char(
          make_date(left(said, 4)::integer, substr(said, 6, 2)::integer, right(said, 2)::integer), 'YYYY-MM-DD')) END
        -- Refused, not cleaned: another text would be another tenant.
        WHEN 'text string' THEN CASE WHEN said = sminion.log_text(said, 200) AND sminion.legible_text(said) IS NOT NULL THEN raw END
      END;
    EXCEPTION WHEN data_exception THEN
      raw := NULL;
    END;
    IF raw IS NULL THEN
      RAISE EXCEPTION USING ERRCODE = 'SG227',
        MESSAGE = format('value `%s` of the ticket is no %s', name, kind),
        DETAIL = format('It is %s.', sminion.log_text((given -> name)::text, 60)),
        HINT = CASE kind
          WHEN 'uuid' THEN 'Pass a JSON string with a UUID.'
          WHEN 'date' THEN 'Pass a JSON string such as "2026-11-01".'
          WHEN 'boolean' THEN 'Pass true or false.'
          WHEN 'text' THEN 'Pass a JSON string of 1 to 200 characters that can be seen.'
          ELSE 'Pass a whole JSON number within its range.' END;
    END IF;
    found := found || jsonb_build_object(name, raw);
  END LOOP;
  RETURN found;
END
$sminion$;
