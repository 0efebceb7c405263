-- Appends the next leaves to the Merkle tree, at most `most`. Returns how many; NULL while another session does.
--
-- An event whose row is gone stops it: a tree that went on without it would seal the gap.
--
-- No literal with a backslash, here and in sminion.tile_root: what one means depends on a setting of the caller.
CREATE FUNCTION sminion.grow_tree(most integer DEFAULT 20000) RETURNS bigint
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $sminion$
DECLARE
  before  bigint;
  after   bigint;
  counted bigint;
  missed  bigint;
  width   bigint := 256;
BEGIN
  PERFORM sminion.require_read_committed();
  SELECT s.size INTO before FROM sminion.tree_state s FOR UPDATE SKIP LOCKED;
  IF NOT FOUND THEN
    RETURN NULL;
  END IF;
  SELECT least(f.number, before + greatest(most, 1)) INTO after FROM sminion.fold_state f;
  IF after IS NULL OR after <= before THEN
    RETURN 0;
  END IF;

  WITH leaf AS MATERIALIZED (
    SELECT l.number, sha256(decode('00', 'hex') || l.leaf) AS hash FROM sminion.leaves(before + 1, after) l
  ), added AS (
    INSERT INTO sminion.tile AS t (level, index, hashes)
    SELECT 0, (l.number - 1) / 256, string_agg(l.hash, '' ORDER BY l.number) FROM leaf l GROUP BY (l.number - 1) / 256
    ON CONFLICT (level, index) DO UPDATE SET hashes = t.hashes || excluded.hashes
  )
  SELECT count(*), (
    SELECT min(n) FROM generate_series(before + 1, after) AS n WHERE n NOT IN (SELECT l.number FROM leaf l))
  INTO counted, missed FROM leaf l;
  IF missed IS NOT NULL OR counted <> after - before THEN
    RAISE EXCEPTION USING ERRCODE = 'SG616',
      MESSAGE = CASE WHEN missed IS NULL THEN format('two rows of the log have one number, between %s and %s', before + 1, after)
        ELSE format('the row of event %s of the log is gone', missed) END,
      DETAIL = 'The log is not sealed any further.',
      HINT = 'Run `sminion-guard audit verify`, which names all such rows, and restore them from a backup.';
  END IF;

  FOR above IN 1 .. 7 LOOP
    EXIT WHEN after / width = before / width;
    INSERT INTO sminion.tile AS t (level, index, hashes)
    SELECT above, f.index / 256, string_agg(sminion.tile_root(f.hashes), '' ORDER BY f.index)
    FROM sminion.tile f WHERE f.level = above - 1 AND f.index >= before / width AND f.index < after / width
    GROUP BY f.index / 256
    ON CONFLICT (level, index) DO UPDATE SET hashes = t.hashes || excluded.hashes;
    width := width * 256;
  END LOOP;
  UPDATE sminion.tree_state SET size = after, grown_at = clock_timestamp();
  RETURN after - before;
END
$sminion$;
COMMENT ON FUNCTION sminion.grow_tree(integer) IS 'appends events of the log to its Merkle tree; how many, NULL while another session does';
