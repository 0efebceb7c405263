-- Makes the salt of a recipient with `k` that has none.
CREATE FUNCTION sminion.begin_groups(recipient text) RETURNS void
LANGUAGE sql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
  INSERT INTO sminion.group_salt (recipient, salt)
  SELECT begin_groups.recipient, sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()))
  WHERE sminion.group_minimum(begin_groups.recipient) IS NOT NULL
  ON CONFLICT DO NOTHING
$sminion$;
