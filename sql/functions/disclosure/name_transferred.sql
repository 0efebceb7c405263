-- Adds people whose data an export holds, at most 10,000 in a call; how many were new. Open requests of these people get the obligation to tell
-- the recipient with the next maintenance, or when they are closed: a login that leaves its transaction open must keep no officer from
-- recording a request, so it takes no lock that one waits for.
CREATE FUNCTION sminion.name_transferred(disclosure bigint, subjects text[]) RETURNS bigint
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $sminion$
#variable_conflict use_column
DECLARE
  added bigint;
BEGIN
  PERFORM sminion.own_transfer(name_transferred.disclosure);
  IF coalesce(cardinality(name_transferred.subjects), 0) NOT BETWEEN 1 AND 10000
    OR EXISTS (SELECT FROM unnest(name_transferred.subjects) s WHERE s IS NULL OR s = '' OR length(s) > 400)
  THEN
    RAISE EXCEPTION USING ERRCODE = 'SG729',
      MESSAGE = 'an export names people by their keys, at most 10,000 in a call',
      HINT = 'Pass some keys, none of them NULL or empty.';
  END IF;
  INSERT INTO sminion.disclosure_subject (disclosure, subject)
  SELECT name_transferred.disclosure, s FROM unnest(name_transferred.subjects) s
  -- Who is erased from the log meanwhile is not brought back.
  WHERE NOT EXISTS (SELECT FROM sminion.erasure e WHERE e.holder = 'subject:' || s)
  ON CONFLICT DO NOTHING;
  GET DIAGNOSTICS added = ROW_COUNT;
  RETURN added;
END
$sminion$;
COMMENT ON FUNCTION sminion.name_transferred(bigint, text[]) IS 'adds people whose data an export holds; how many were new';
