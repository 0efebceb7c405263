-- Makes the secret of pseudonyms where there is none: 244 random bits, hashed. `secret` is for tests.
CREATE FUNCTION sminion.make_pseudonym_key(secret bytea DEFAULT NULL) RETURNS void
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  key   bytea := coalesce(secret, sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())));
  first bytea := decode(repeat('36', 64), 'hex');
  other bytea := decode(repeat('5c', 64), 'hex');
BEGIN
  FOR i IN 0 .. octet_length(key) - 1 LOOP
    first := set_byte(first, i, get_byte(key, i) # 54);
    other := set_byte(other, i, get_byte(key, i) # 92);
  END LOOP;
  INSERT INTO sminion.pseudonym_key (inner_pad, outer_pad) VALUES (first, other) ON CONFLICT DO NOTHING;
END
$sminion$;
