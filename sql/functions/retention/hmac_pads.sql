-- The two pads of HMAC-SHA-256 for a secret of at most 64 bytes; without one, for 244 random bits, hashed.
CREATE FUNCTION sminion.hmac_pads(secret bytea, OUT inner_pad bytea, OUT outer_pad bytea)
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  key bytea := coalesce(secret, sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())));
BEGIN
  inner_pad := decode(repeat('36', 64), 'hex');
  outer_pad := decode(repeat('5c', 64), 'hex');
  FOR i IN 0 .. octet_length(key) - 1 LOOP
    inner_pad := set_byte(inner_pad, i, get_byte(key, i) # 54);
    outer_pad := set_byte(outer_pad, i, get_byte(key, i) # 92);
  END LOOP;
END
$sminion$;
COMMENT ON FUNCTION sminion.hmac_pads(bytea) IS 'the pads of HMAC-SHA-256 for a secret';
