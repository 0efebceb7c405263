-- Fills in the masks of the next blocks of the next unfinished table and says how far it is; no row when all are done, or
-- when another session is at work on each. One call is one short transaction of the caller, so it can be interrupted
-- and goes on where it stopped, and two may run at once. It only touches rows: their trigger computes the mask.
-- A block range and not a key range, so that no table needs an index for it, and none is scanned twice.
CREATE FUNCTION sminion.backfill(
  blocks integer DEFAULT 256,
  OUT schema_name text, OUT table_name text, OUT done_blocks bigint, OUT total_blocks bigint, OUT rows_changed bigint
) RETURNS SETOF record
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
#variable_conflict use_column
DECLARE
  target sminion.protected_table;
  start  bigint;
BEGIN
  -- A child's subject is found through its parent, which must be filled in before: lowest depth first, and none deeper
  -- while one above is unfinished (even if another session holds it).
  SELECT p.* INTO target
  FROM sminion.protected_table p
  WHERE p.next_block IS NOT NULL
    AND p.depth = (SELECT min(q.depth) FROM sminion.protected_table q WHERE q.next_block IS NOT NULL)
  ORDER BY p.schema_name, p.table_name
  LIMIT 1
  FOR UPDATE SKIP LOCKED;
  IF NOT FOUND THEN
    RETURN;
  END IF;

  SELECT coalesce(max(pg_relation_size(m.relid) / current_setting('block_size')::bigint), 0) INTO total_blocks
  FROM (
    SELECT t.relid::oid FROM pg_partition_tree(format('%I.%I', target.schema_name, target.table_name)::regclass) t
    WHERE t.isleaf
    UNION ALL
    SELECT format('%I.%I', target.schema_name, target.table_name)::regclass::oid
  ) m (relid)
  JOIN pg_class c ON c.oid = m.relid AND c.relkind = 'r';

  start := target.next_block;
  done_blocks := least(start + greatest(blocks, 1), total_blocks);
  EXECUTE format(
    'UPDATE %I.%I AS t SET guard_mask = t.guard_mask WHERE t.ctid >= $1 AND t.ctid < $2 AND (%s)',
    target.schema_name, target.table_name, sminion.stale_rows(target))
  USING format('(%s,0)', start)::tid, format('(%s,0)', done_blocks)::tid;
  GET DIAGNOSTICS rows_changed = ROW_COUNT;

  UPDATE sminion.protected_table p
  SET next_block = CASE WHEN done_blocks < total_blocks THEN done_blocks END
  WHERE p.schema_name = target.schema_name AND p.table_name = target.table_name;
  schema_name := target.schema_name;
  table_name := target.table_name;
  RETURN NEXT;
END
$sminion$;
