-- The root of the subtree over a full tile: 256 hashes become 128, and so on.
CREATE FUNCTION sminion.tile_root(hashes bytea) RETURNS bytea
LANGUAGE plpgsql
IMMUTABLE
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $sminion$
DECLARE
  wide bytea := hashes;
BEGIN
  WHILE octet_length(wide) > 32 LOOP
    wide := (SELECT string_agg(sha256(decode('01', 'hex') || substr(wide, 64 * i + 1, 64)), '' ORDER BY i)
            FROM generate_series(0, octet_length(wide) / 64 - 1) AS i);
  END LOOP;
  RETURN wide;
END
$sminion$;
