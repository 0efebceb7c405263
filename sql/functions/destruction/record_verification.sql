-- Records that somebody looked for what is left of the person of a destruction, and what came of it: numbers, and names of tables. What was
-- looked at is what the login says; `report` is the SHA-256 of the whole result, which stays outside of the database.
--
-- result: `places`, `unread` and `out_of_sight`, numbers; `dead`, of each table the dead rows that pgstattuple counted, null where it
-- did not; `report`, hexadecimal.
CREATE FUNCTION sminion.record_verification(request bigint, result jsonb, actor text DEFAULT NULL) RETURNS void
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET lock_timeout = '5s'
AS $sminion$
DECLARE
  who CONSTANT text := sminion.require_actor(record_verification.actor);
  own sminion.destruction;
BEGIN
  SELECT d.* INTO own FROM sminion.destruction d WHERE d.request = record_verification.request;
  IF NOT FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'SG563', MESSAGE = format('no destruction was begun for request %s', record_verification.request),
      HINT = 'Pass the number of a request whose data are destroyed: see `sminion.destruction_status`.';
  END IF;
  IF jsonb_typeof(result) IS DISTINCT FROM 'object' OR octet_length(result::text) > 16000
    OR NOT result ?& ARRAY['places', 'unread', 'out_of_sight', 'dead', 'report']
    OR EXISTS (SELECT FROM jsonb_each(CASE jsonb_typeof(result) WHEN 'object' THEN result END) k WHERE CASE
      WHEN k.key IN ('places', 'unread', 'out_of_sight') THEN k.value::text !~ '^\d{1,9}$'
      WHEN k.key = 'report' THEN k.value #>> '{}' !~ '^[0-9a-f]{64}$'
      WHEN k.key = 'dead' THEN jsonb_typeof(k.value) <> 'object'
      ELSE true END)
    OR EXISTS (SELECT FROM jsonb_each(CASE jsonb_typeof(result -> 'dead') WHEN 'object' THEN result -> 'dead' END) k
               WHERE jsonb_typeof(k.value) <> 'null' AND k.value::text !~ '^\d{1,18}$'
                 OR NOT EXISTS (SELECT FROM sminion.destruction_table t
                                WHERE t.destruction = own.id AND t.schema_name || '.' || t.table_name = k.key))
  THEN
    RAISE EXCEPTION USING ERRCODE = 'SG583',
      MESSAGE = 'the result of a verification is malformed',
      DETAIL = 'It has numbers, names of tables of the destruction, and a hash; and no other text, which could name a person.',
      HINT = 'Record it with `sminion-guard subject verify KEY --request NUMBER`.';
  END IF;
  PERFORM sminion.record_request_event(own.request, 'verified', jsonb_build_object('destruction', own.id) || result, 'verification', who);
END
$sminion$;
COMMENT ON FUNCTION sminion.record_verification(bigint, jsonb, text) IS
  'records what came of looking for what is left of a person whose data were destroyed';
