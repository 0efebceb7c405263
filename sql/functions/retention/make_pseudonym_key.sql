-- Makes the secret of pseudonyms where there is none. `secret` is for tests.
CREATE FUNCTION sminion.make_pseudonym_key(secret bytea DEFAULT NULL) RETURNS void
LANGUAGE sql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
  INSERT INTO sminion.pseudonym_key (inner_pad, outer_pad)
  SELECT p.inner_pad, p.outer_pad FROM sminion.hmac_pads(secret) p
  ON CONFLICT DO NOTHING
$sminion$;
