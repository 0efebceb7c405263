-- Destroys a batch of the rows of one table that are about one person: at most `most`, none that somebody has locked. `chosen` rows were
-- found, of which others refer to `referred` or an application keeps them. Raises where PostgreSQL or the application refuses.
--
-- The caller has the table locked and has asked sminion.destruction_hindrance. Triggers of the application do not fire, so none copies
-- the row elsewhere: their code would run with the rights of the guard. Where there are any, foreign keys do not fire either, and what
-- they would refuse is left out; the rows are locked first, so nobody begins to refer to them.
--
-- shared: of rows about other people too: see the policy.
-- work:   for how long rows were looked for and locked; what is asked before takes the same time for any number of them.
CREATE FUNCTION sminion.destroy_rows(
  target sminion.protected_table, way text, shared text, subject text, most integer,
  OUT chosen bigint, OUT destroyed bigint, OUT depersonalized bigint, OUT unlinked bigint, OUT work interval
)
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
SET jit = off
-- Even where nearly all rows are the person's: each batch would read what the ones before left dead.
SET enable_seqscan = off
SET enable_bitmapscan = off
SET constraint_exclusion = off
AS $sminion$
DECLARE
  relation CONSTANT text := format('%I.%I', target.schema_name, target.table_name);
  updates  CONSTANT boolean := way = 'depersonalize' OR cardinality(target.subject_columns) > 1;
  about    CONSTANT text := sminion.subject_rows(target);
  silent   CONSTANT boolean := (sminion.application_triggers(target, CASE WHEN updates THEN 24 ELSE 8 END)).quiet IS NOT NULL;
  others   CONSTANT record := sminion.rows_about_others(target);
  referred CONSTANT text := (sminion.references_to(target, way, true, silent)).condition;
  here     CONSTANT text := ' FROM unnest($2, $3) AS s (part, place) WHERE t.ctid = s.place AND t.tableoid = s.part AND ' || about;
  eligible text := about;
  parts    oid[];
  places   tid[];
  before   text;
  began    timestamptz := clock_timestamp();
BEGIN
  destroyed := 0;
  depersonalized := 0;
  unlinked := 0;
  -- A column that must name somebody cannot be emptied: then nobody would see the row, the other person's purposes neither.
  IF shared = 'unlink' AND cardinality(target.subject_columns) > 1 THEN
    eligible := format('%s AND (%s) IS NOT TRUE', about, others.stuck);
  ELSIF shared = 'last' AND others.fixed IS NOT NULL THEN
    eligible := format('%s AND ((%s) AND (%s)) IS NOT TRUE', about, others.condition, others.stuck);
  END IF;
  IF silent THEN
    before := sminion.begin_replica_role();
  ELSE
    -- The same for the guard's own trigger, without another role, whose change would take all plans of the session with it.
    PERFORM set_config('sminion.masks_set', '', true);
  END IF;
  EXECUTE format(
    'SELECT array_agg(q.tableoid), array_agg(q.ctid) FROM (SELECT t.tableoid, t.ctid FROM %s AS t WHERE %s AND (%s) IS NOT TRUE LIMIT $2 '
    || 'FOR UPDATE OF t SKIP LOCKED) q', relation, eligible, referred)
  INTO parts, places USING ARRAY[subject], most;
  chosen := coalesce(cardinality(parts), 0);
  IF chosen > 0 THEN
    IF cardinality(target.subject_columns) > 1 AND shared <> 'first' THEN
      EXECUTE format('UPDATE %s AS t SET %s%s AND (%s)', relation, others.unlink, here,
                     CASE shared WHEN 'unlink' THEN 'true' ELSE others.condition END)
      USING ARRAY[subject], parts, places;
      GET DIAGNOSTICS unlinked = ROW_COUNT;
    END IF;
    IF way = 'depersonalize' THEN
      EXECUTE format('UPDATE %s AS t SET %s%s AND (%s) IS NOT TRUE', relation,
        (SELECT string_agg(format('%I = %s', c.name, c.value), ', ') FROM sminion.depersonalized_values(target) c), here, referred)
      USING ARRAY[subject], parts, places;
      GET DIAGNOSTICS depersonalized = ROW_COUNT;
    ELSE
      -- A later snapshot than that of the locks: who referred to a row meanwhile is seen.
      EXECUTE format('DELETE FROM %s AS t USING unnest($2, $3) AS s (part, place) WHERE t.ctid = s.place AND t.tableoid = s.part AND %s '
                     || 'AND (%s) IS NOT TRUE', relation, about, referred)
      USING ARRAY[subject], parts, places;
      GET DIAGNOSTICS destroyed = ROW_COUNT;
    END IF;
  END IF;
  IF silent THEN
    PERFORM sminion.end_replica_role(before);
  ELSE
    -- A deferred constraint would undo the batch at its commit, and nobody would know why.
    SET CONSTRAINTS ALL IMMEDIATE;
  END IF;
  work := clock_timestamp() - began;
END
$sminion$;
