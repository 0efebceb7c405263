-- Deletes, or depersonalizes, a batch of expired rows of one table: at most `most`, none that somebody has locked, that is kept (sminion.kept_rows) or that
-- others lead to. Raises where PostgreSQL refuses.
--
-- The caller has the table locked and has asked sminion.retention_hindrance. Triggers of the application do not fire: see
-- sminion.destroy_rows. The rows are locked first, so nobody begins to refer to them.
CREATE FUNCTION sminion.purge_rows(own sminion.retention_rule, target sminion.protected_table, most integer, OUT purged bigint, OUT work interval)
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
SET jit = off
SET constraint_exclusion = off
-- Said, so that what is set below ends with the function.
SET enable_seqscan = on
SET enable_bitmapscan = on
AS $sminion$
DECLARE
  relation CONSTANT text := format('%I.%I', target.schema_name, target.table_name);
  silent   CONSTANT boolean := (sminion.application_triggers(target, CASE own.way WHEN 'destroy' THEN 8 ELSE 16 END)).quiet IS NOT NULL;
  stays    CONSTANT text := format('(%s) AND ((%s) OR %s) IS NOT TRUE', sminion.expired_rows(own), sminion.kept_rows(target),
                                   (sminion.references_to(target, own.way, false)).condition);
  held     CONSTANT text[] := sminion.held_people(target);
  parts    oid[];
  places   tid[];
  before   text;
  began    timestamptz;
BEGIN
  purged := 0;
  -- From here on rows are locked: what was asked above takes the same time for any number of them.
  began := clock_timestamp();
  IF sminion.expired_found(own) THEN
    -- Each batch would read what the ones before left dead.
    PERFORM set_config('enable_seqscan', 'off', true), set_config('enable_bitmapscan', 'off', true);
  END IF;
  IF silent THEN
    before := sminion.begin_replica_role();
  ELSE
    -- The same for the guard's own trigger, without another role, whose change would take all plans of the session with it.
    PERFORM set_config('sminion.masks_set', '', true);
  END IF;
  EXECUTE format('SELECT array_agg(q.tableoid), array_agg(q.ctid) FROM (SELECT t.tableoid, t.ctid FROM %s AS t WHERE %s LIMIT $2 '
                 || 'FOR UPDATE OF t SKIP LOCKED) q', relation, stays)
  INTO parts, places USING held, most;
  IF places IS NOT NULL THEN
    -- A later snapshot than that of the locks: who refers to a row by now, or was blocked, is seen.
    IF own.way = 'depersonalize' THEN
      -- Unlike a DELETE, an UPDATE asks for nobody's state that is not named any more.
      PERFORM sminion.lock_subjects_of(target, parts, places);
      EXECUTE format('UPDATE %s AS t SET %s FROM unnest($2, $3) AS o (part, place) WHERE t.ctid = o.place AND t.tableoid = o.part AND %s', relation,
        (SELECT string_agg(format('%I = %s', c.name, c.value), ', ') FROM sminion.depersonalized_values(target) c), stays)
      USING held, parts, places;
    ELSE
      EXECUTE format('DELETE FROM %s AS t USING unnest($2, $3) AS o (part, place) WHERE t.ctid = o.place AND t.tableoid = o.part AND %s',
                     relation, stays)
      USING held, parts, places;
    END IF;
    GET DIAGNOSTICS purged = ROW_COUNT;
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
