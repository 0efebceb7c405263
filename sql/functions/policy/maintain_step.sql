-- One step of sminion.maintain, bounded, in a transaction of its own; whether there is more to do. A step that another session
-- runs is left to it. What stops a step is kept in `maintenance_state`, and does not stop the others.
--
-- Only maintain may call it, as a whole statement of the client. It locks rows of people and tables of the log. A login that
-- called it in a transaction of its own could keep these locks for as long as it likes: then nobody could write these rows, and
-- nothing would be folded any more. maintain commits after each step, and PostgreSQL refuses that in a transaction block.
--
-- row_security: where the caller has it off, settling fails on each protected table and calls its people stuck.
CREATE FUNCTION sminion.maintain_step(step text) RETURNS boolean
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET lock_timeout = '200ms'
SET row_security = on
AS $sminion$
#variable_conflict use_column
DECLARE
  stack  text;
  lines  text[];
  words  text;
  more   boolean := false;
  before bigint;
BEGIN
  GET DIAGNOSTICS stack = PG_CONTEXT;
  lines := string_to_array(stack, E'\n');
  words := left(lines[1], position('sminion.maintain_step(text)' IN lines[1]) - 1);
  -- Our own line and that of maintain, in whatever language the server speaks, and nothing else. What a client can put into a
  -- line, such as the name of a function with a line break, comes after other words. With our schema: where the search path
  -- names it PostgreSQL leaves it out, and a procedure of the client called `maintain` would look the same.
  IF cardinality(lines) <> 2 OR NOT starts_with(lines[2], words || 'sminion.maintain(boolean)') THEN
    RAISE EXCEPTION USING ERRCODE = 'SG615',
      MESSAGE = 'sminion.maintain_step is called by sminion.maintain only',
      HINT = 'Run `CALL sminion.maintain()` as a statement of its own, outside of a transaction block, '
        || 'in a session whose search_path does not name schema `sminion`.';
  END IF;
  PERFORM FROM sminion.maintenance_state m WHERE m.step = maintain_step.step FOR UPDATE SKIP LOCKED;
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  BEGIN
    CASE maintain_step.step
      WHEN 'instance' THEN
        PERFORM sminion.follow_timeline();
      WHEN 'fold' THEN
        SELECT f.number INTO before FROM sminion.fold_state f;
        more := coalesce(sminion.fold(2000), 0) > 0;
        -- Apart: an expression does not see what the functions in it did.
        more := more AND EXISTS (
          SELECT FROM sminion.journal j
          WHERE j.transaction >= (SELECT f.lowest FROM sminion.fold_state f)
            AND j.transaction < pg_snapshot_xmin(pg_current_snapshot()));
        -- Many tickets or changes of states: a call of sminion.fold makes four full runs of a kind, and no more.
        more := more OR EXISTS (
          SELECT FROM sminion.event_run r WHERE r.first > before AND cardinality(r.keys) >= 5000 GROUP BY r.kind HAVING count(*) >= 4);
      WHEN 'tree' THEN
        more := coalesce(sminion.grow_tree(), 0) > 0;
        more := more AND (SELECT f.number > t.size FROM sminion.fold_state f, sminion.tree_state t);
      WHEN 'months' THEN
        IF to_regclass('sminion.write_subject'
             || to_char(clock_timestamp() AT TIME ZONE 'UTC' + interval '1 month', '_YYYY_MM')) IS NULL
        THEN
          PERFORM sminion.extend_log();
        END IF;
      WHEN 'expire' THEN
        more := sminion.expire_consents(1000) >= 1000;
        more := sminion.end_blocks(1000) >= 1000 OR more;
      WHEN 'consents' THEN
        more := sminion.take_consents(1000) > 0 AND EXISTS (SELECT FROM sminion.consent_inbox i WHERE NOT i.entered);
      WHEN 'settle' THEN
        IF sminion.settling_waits() THEN
          -- Where nothing but locked or refusing rows is left, the next call can do no more than this one.
          more := sminion.settle(200, 5000) > 0 AND EXISTS (SELECT FROM sminion.unsettled u WHERE u.cause IS NULL);
        END IF;
      WHEN 'destroy' THEN
        more := sminion.continue_destructions();
      WHEN 'retention' THEN
        more := sminion.continue_retention();
      WHEN 'actors' THEN
        more := sminion.forget_actors(1000);
      WHEN 'tidy' THEN
        PERFORM sminion.forget_write_tickets();
        -- sminion.name_rows leaves it to us; whoever closes a request does the same for that person.
        PERFORM sminion.make_obligations(ARRAY(
          SELECT DISTINCT r.subject FROM sminion.request r
          CROSS JOIN LATERAL unnest(sminion.same_person(r.subject)) AS p (key)
          JOIN sminion.disclosure_subject s ON s.subject = p.key JOIN sminion.transfer t ON t.disclosure = s.disclosure
          WHERE r.closed_at IS NULL AND r.kind <> 'access' AND t.expires_at > clock_timestamp() - interval '7 days'));
        PERFORM sminion.forget_groups();
        PERFORM sminion.remove_erased(NULL);
        -- A transaction that is older than an erasure may bring somebody back for as long as it lasts.
        DELETE FROM sminion.erasure e
        WHERE e.at < clock_timestamp() - interval '1 day'
          AND NOT EXISTS (SELECT FROM pg_stat_activity a WHERE a.xact_start < e.at AND a.datname = current_database())
          AND NOT EXISTS (SELECT FROM pg_prepared_xacts x WHERE x.database = current_database());
        DELETE FROM sminion.certificate c WHERE c.keep_until <= clock_timestamp();
        DELETE FROM sminion.folded_batch f WHERE f.folded_at < clock_timestamp() - interval '1 hour';
        -- Whoever works in the database does not restore it any more: see extension/end.sql.
        IF obj_description('sminion.ddl_migration'::regclass, 'pg_class') = 'a dump is being restored' THEN
          COMMENT ON TABLE sminion.ddl_migration IS 'no migration of the guard is at work';
        END IF;
    END CASE;
  EXCEPTION WHEN OTHERS THEN
    UPDATE sminion.maintenance_state m SET failed_at = clock_timestamp(), code = SQLSTATE, message = sminion.log_text(SQLERRM, 1000)
    WHERE m.step = maintain_step.step;
    RETURN false;
  END;
  UPDATE sminion.maintenance_state m SET done_at = clock_timestamp(), failed_at = NULL, code = NULL, message = NULL
  WHERE m.step = maintain_step.step;
  RETURN more;
END
$sminion$;
COMMENT ON FUNCTION sminion.maintain_step(text) IS 'one step of sminion.maintain, which alone may call it';
