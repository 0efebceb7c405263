-- The root that the tree had at `size` events (RFC 6962), from its tiles; NULL where they do not have it. It reads one tile for
-- each power of two in `size`.
CREATE FUNCTION sminion.tree_root(size bigint) RETURNS bytea
LANGUAGE plpgsql
STABLE
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $sminion$
DECLARE
  root  bytea;
  part  bytea;
  start bigint := tree_root.size;
  place bigint;
  width integer;
BEGIN
  IF tree_root.size = 0 THEN
    RETURN sha256(decode('', 'hex'));
  END IF;
  -- From the right: the smallest full subtree first.
  FOR bit IN 0 .. 62 LOOP
    CONTINUE WHEN (tree_root.size >> bit) & 1 = 0;
    start := start - (1::bigint << bit);
    place := start >> (bit / 8 * 8);
    width := 1 << (bit % 8);
    part := (SELECT substr(t.hashes, (place % 256)::integer * 32 + 1, width * 32) FROM sminion.tile t
            WHERE t.level = bit / 8 AND t.index = place / 256);
    IF octet_length(part) IS DISTINCT FROM width * 32 THEN
      RETURN NULL;
    END IF;
    part := sminion.tile_root(part);
    root := CASE WHEN root IS NULL THEN part ELSE sha256(decode('01', 'hex') || part || root) END;
  END LOOP;
  RETURN root;
END
$sminion$;
COMMENT ON FUNCTION sminion.tree_root(bigint) IS 'the root of the Merkle tree of the log at a size; NULL where its tiles lack it';
