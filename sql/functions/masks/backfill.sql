-- Fills in the masks of the next blocks of the next unfinished table and says how far it is; no row when all are done, or
-- when what is left is locked by others. One call is one short transaction of the caller, so it can be interrupted
-- and goes on where it stopped, and two may run at once. It only touches rows: their trigger computes the mask.
-- A block range and not a key range, so that no table needs an index for it, and none is scanned twice.
--
-- Rows that somebody has locked are passed over, and their blocks come again when the others are done; a table that
-- somebody has locked is left for the next call. So one idle transaction keeps back its own rows, and nobody waits.
-- A table that the guard does not see through (see sminion.blindness) is not taken for filled in: it stays unfinished.
CREATE FUNCTION sminion.backfill(
  blocks integer DEFAULT 256,
  OUT schema_name text, OUT table_name text, OUT done_blocks bigint, OUT total_blocks bigint, OUT rows_changed bigint
) RETURNS SETOF record
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET lock_timeout = '200ms'
SET jit = off
AS $sminion$
#variable_conflict use_column
DECLARE
  target  sminion.protected_table;
  tried   text[] := ARRAY(
    SELECT format('%I.%I', p.schema_name, p.table_name) FROM sminion.protected_table p
    WHERE p.next_block IS NOT NULL AND sminion.blindness(p) IS NOT NULL);
  blind   CONSTANT text[] := tried;
  gap     bigint;
  left_of bigint[];
  done    record;
BEGIN
  PERFORM sminion.require_read_committed();
  -- Those of the calls before.
  PERFORM sminion.grow_states(100000);
  LOOP
    -- A child's subject is found through its parent, which must be filled in before: lowest depth first, and none deeper
    -- while one above is unfinished (even if another session holds it).
    SELECT p.* INTO target
    FROM sminion.protected_table p
    WHERE p.next_block IS NOT NULL AND format('%I.%I', p.schema_name, p.table_name) <> ALL (tried)
      AND p.depth = (SELECT min(q.depth) FROM sminion.protected_table q
                     WHERE q.next_block IS NOT NULL AND format('%I.%I', q.schema_name, q.table_name) <> ALL (blind))
    ORDER BY p.schema_name, p.table_name
    LIMIT 1
    FOR UPDATE SKIP LOCKED;
    IF NOT FOUND THEN
      RETURN;
    END IF;
    schema_name := target.schema_name;
    table_name := target.table_name;
    tried := tried || format('%I.%I', target.schema_name, target.table_name);

    rows_changed := 0;
    left_of := target.gaps[greatest(blocks, 1) + 1:];
    BEGIN
      PERFORM sminion.lock_for_update(target);
      SELECT coalesce(max(pg_relation_size(m.relid) / current_setting('block_size')::bigint), 0) INTO total_blocks
      FROM (
        SELECT t.relid::oid FROM pg_partition_tree(format('%I.%I', target.schema_name, target.table_name)::regclass) t
        WHERE t.isleaf
        UNION ALL
        SELECT format('%I.%I', target.schema_name, target.table_name)::regclass::oid
      ) m (relid)
      JOIN pg_class c ON c.oid = m.relid AND c.relkind = 'r';
    EXCEPTION WHEN lock_not_available THEN
      CONTINUE;
    END;

    done_blocks := least(target.next_block + greatest(blocks, 1), total_blocks);
    IF target.next_block < total_blocks THEN
      done := sminion.fill_blocks(target, target.next_block, done_blocks);
      rows_changed := done.changed;
      left_of := target.gaps || done.gaps;
    ELSE
      FOREACH gap IN ARRAY target.gaps[:greatest(blocks, 1)] LOOP
        done := sminion.fill_blocks(target, gap, gap + 1);
        rows_changed := rows_changed + done.changed;
        left_of := left_of || done.gaps;
      END LOOP;
    END IF;

    UPDATE sminion.protected_table p
    SET next_block = CASE WHEN done_blocks < total_blocks OR left_of <> '{}' THEN done_blocks END, gaps = left_of
    WHERE p.schema_name = target.schema_name AND p.table_name = target.table_name;
    IF target.next_block < total_blocks OR left_of = '{}' OR rows_changed > 0 THEN
      RETURN NEXT;
      RETURN;
    END IF;
  END LOOP;
END
$sminion$;
COMMENT ON FUNCTION sminion.backfill(integer) IS
  'fills in the masks of the next blocks of a table; repeat until it returns no row';
