-- Settles the given subjects within the change of their states, when it takes a moment: together they have at most
-- `row_limit` rows, which are found without reading a table. So nothing is left withheld, which every statement of everybody
-- would have to compare with. The rest is left to `settle`.
--
-- The caller holds the states exclusively, so that nobody writes rows of these subjects, unless their states are new: those
-- are left to `settle`. It waits for nobody either: rows and
-- tables that are locked are passed over. Only in READ COMMITTED: an older snapshot could miss rows written meanwhile. Not
-- where touching rows would queue a constraint trigger of the application: it would fail the caller's COMMIT.
--
-- Most tables have no row of these subjects, and are left out of settling where that is certain: the guard is blind for none, each
-- was locked before it was asked, and nobody has been able to write such a row since the caller has the states.
CREATE FUNCTION sminion.settle_now(subjects text[], row_limit bigint) RETURNS void
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
SET lock_timeout = '20ms'
SET jit = off
SET plan_cache_mode = force_generic_plan
AS $sminion$
DECLARE
  target    sminion.protected_table;
  concerned regclass[] := '{}';
  relation  regclass;
  whole     boolean := true;
  left_over bigint := row_limit;
  found     bigint;
  queued    bigint[];
  ready     text[];
BEGIN
  IF current_setting('transaction_isolation') <> 'read committed' THEN
    RETURN;
  END IF;
  BEGIN
    FOR target IN SELECT p.* FROM sminion.protected_table p LOOP
      IF sminion.quickly_found(target) IS NOT TRUE OR sminion.defers_checks(target) THEN
        RETURN;
      END IF;
      IF whole AND sminion.seen_whole(target) IS NOT TRUE THEN
        whole := false;
      END IF;
      relation := format('%I.%I', target.schema_name, target.table_name)::regclass;
      EXECUTE format('SELECT count(*) FROM (SELECT FROM %s AS t WHERE %s LIMIT $2) q', relation, sminion.subject_rows(target))
      INTO found USING subjects, left_over + 1;
      left_over := left_over - found;
      IF left_over < 0 THEN
        RETURN;
      ELSIF found > 0 THEN
        concerned := concerned || relation;
      END IF;
    END LOOP;
  EXCEPTION WHEN lock_not_available THEN
    -- A table is locked, by DDL or by a purpose.
    RETURN;
  END;

  queued := ARRAY(
    SELECT u.id FROM sminion.unsettled u WHERE u.subject = ANY (subjects) ORDER BY u.id FOR UPDATE SKIP LOCKED);
  ready := ARRAY(
    SELECT u.subject FROM sminion.unsettled u
    WHERE u.subject = ANY (subjects) AND NOT EXISTS (SELECT FROM sminion.young_state y WHERE y.subject = u.subject)
    -- a hash, where = ANY would compare each with half of the array
    GROUP BY u.subject HAVING bool_and(u.id IN (SELECT q.id FROM unnest(queued) AS q (id))) ORDER BY u.subject);
  IF ready <> '{}' THEN
    PERFORM sminion.settle_chosen(ready, queued, row_limit + 1, false, CASE WHEN whole THEN concerned END);
  END IF;
END
$sminion$;
