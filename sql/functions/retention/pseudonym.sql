-- The pseudonym of a value: HMAC-SHA-256 with the secret of sminion.pseudonym_key, over the column and the value. The same value in the same
-- column has the same pseudonym, and in another one another, so that rows of two collections are not joined by it.
CREATE FUNCTION sminion.pseudonym("column" text, value text) RETURNS bytea
LANGUAGE sql
STABLE
STRICT
SET search_path = pg_catalog, pg_temp
AS $sminion$
  SELECT sha256(k.outer_pad || sha256(k.inner_pad || convert_to(pseudonym."column", 'UTF8') || '\x00'::bytea || convert_to(pseudonym.value, 'UTF8')))
  FROM sminion.pseudonym_key k
$sminion$;
