-- A subject's key in the one form in which states and tickets keep it: as its type in the policy prints it.
CREATE FUNCTION sminion.subject_key(raw text) RETURNS text
LANGUAGE plpgsql
STABLE
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  kind text := (SELECT p.subject_key FROM sminion.policy p);
BEGIN
  IF coalesce(raw, '') = '' OR kind IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'SG504',
      MESSAGE = CASE WHEN kind IS NULL THEN 'no policy is in force in this database' ELSE 'the subject is empty' END,
      HINT = 'Pass the key as it stands in the subject column.';
  END IF;
  RETURN CASE kind WHEN 'bigint' THEN raw::bigint::text WHEN 'uuid' THEN raw::uuid::text WHEN 'text' THEN raw END;
EXCEPTION WHEN invalid_text_representation OR numeric_value_out_of_range THEN
  RAISE EXCEPTION USING ERRCODE = 'SG504',
    MESSAGE = format('`%s` is not a subject key of type %s', left(raw, 80), kind),
    HINT = 'Pass the key as it stands in the subject column.';
END
$sminion$;
