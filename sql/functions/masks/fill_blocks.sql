-- Sets the masks of stale rows of one table from block `first` on and below `beyond`: of most by one statement (see
-- sminion.set_masks); the others are touched, so that their trigger computes their masks (see sminion.touch_rows). Rows that
-- somebody has locked are passed over: `gaps` are their blocks.
-- When a row refuses, the blocks are done one by one, and in the block with the row that refuses each row by itself: it stays
-- as it was, which never permits too much, and `settle` tries again and says what keeps it.
CREATE FUNCTION sminion.fill_blocks(
  target sminion.protected_table, first bigint, beyond bigint, OUT changed bigint, OUT gaps bigint[]
)
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  low       CONSTANT tid := format('(%s,0)', first)::tid;
  high      CONSTANT tid := format('(%s,0)', beyond)::tid;
  stale     CONSTANT text := 't.ctid >= $1 AND t.ctid < $2 AND (' || sminion.stale_rows(target) || ')';
  any_stale CONSTANT text := format('SELECT EXISTS (SELECT FROM %I.%I AS t WHERE %s)', target.schema_name, target.table_name, stale);
  part      record;
  place     record;
  block     bigint;
  before    text;
  more      boolean;
  set_by    bigint := 0;
  touched   bigint;
BEGIN
  changed := 0;
  gaps := '{}';
  BEGIN
    EXECUTE any_stale INTO more USING low, high;
    IF NOT more THEN
      RETURN;
    END IF;
    set_by := sminion.set_masks(target, format('t.ctid >= %L AND t.ctid < %L', low, high), make => true);
  EXCEPTION WHEN OTHERS THEN
    -- A row refuses, or something is locked: what follows goes around it.
    NULL;
  END;
  changed := set_by;
  BEGIN
    EXECUTE any_stale INTO more USING low, high;
    IF NOT more THEN
      RETURN;
    END IF;
    before := sminion.begin_replica_role();
    EXECUTE format(
      'WITH stale AS MATERIALIZED (SELECT t.tableoid AS part, t.ctid AS place FROM %1$I.%2$I AS t WHERE %3$s), '
      || 'todo AS MATERIALIZED ('
      || 'SELECT t.tableoid AS part, t.ctid AS place FROM %1$I.%2$I AS t WHERE %3$s FOR NO KEY UPDATE OF t SKIP LOCKED), '
      || 'touched AS (UPDATE %1$I.%2$I AS t SET guard_mask = CASE WHEN t.guard_mask IS NULL THEN 0 END FROM todo '
      || 'WHERE t.ctid = todo.place AND t.tableoid = todo.part RETURNING 1) '
      || 'SELECT (SELECT count(*) FROM touched), ARRAY(SELECT DISTINCT ((s.place::text::point)[0])::bigint FROM stale s '
      || 'WHERE NOT EXISTS (SELECT FROM todo o WHERE o.part = s.part AND o.place = s.place))',
      target.schema_name, target.table_name, stale)
    INTO touched, gaps USING low, high;
    PERFORM sminion.end_replica_role(before);
    PERFORM sminion.ask_checks(target);
    changed := set_by + touched;
    -- Touched and not changed: a trigger skipped it.
    PERFORM sminion.queue_stale(target, first, beyond, gaps);
    RETURN;
  EXCEPTION
  WHEN lock_not_available THEN
    changed := set_by;
    gaps := ARRAY(SELECT generate_series(first, beyond - 1));
    RETURN;
  WHEN OTHERS THEN
    changed := set_by;
    gaps := '{}';
  END;

  IF beyond - first > 1 THEN
    FOR block IN SELECT generate_series(first, beyond - 1) LOOP
      part := sminion.fill_blocks(target, block, block + 1);
      changed := changed + part.changed;
      gaps := gaps || part.gaps;
    END LOOP;
    RETURN;
  END IF;
  FOR place IN EXECUTE format(
    'SELECT t.tableoid AS part, t.ctid AS place FROM %I.%I AS t WHERE %s', target.schema_name, target.table_name, stale)
    USING low, high
  LOOP
    BEGIN
      before := sminion.begin_replica_role();
      EXECUTE format(
        'UPDATE %I.%I AS t SET guard_mask = CASE WHEN t.guard_mask IS NULL THEN 0 END WHERE t.tableoid = $1 AND t.ctid = $2',
        target.schema_name, target.table_name)
      USING place.part, place.place;
      PERFORM sminion.end_replica_role(before);
      PERFORM sminion.ask_checks(target);
      changed := changed + 1;
    EXCEPTION
    WHEN lock_not_available THEN
      gaps := ARRAY[first];
    WHEN OTHERS THEN
      NULL;
    END;
  END LOOP;
  PERFORM sminion.queue_stale(target, first, beyond, gaps);
END
$sminion$;
