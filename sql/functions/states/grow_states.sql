-- Young states that all have seen, or that nobody can miss any more, are young no longer: at most `subjects` of each kind.
--
-- Whoever did not see a state had locked sminion.new_writer before he looked, hence before the state was committed, hence
-- before it was read here: so he is among those who have it locked after that, or has ended. Later ones do not matter.
-- pg_locks is read once for both kinds of locks. A prepared transaction keeps both, through a restart too.
CREATE FUNCTION sminion.grow_states(subjects integer) RETURNS void
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  watched text[] := ARRAY(
    SELECT y.subject FROM sminion.young_state y WHERE y.waits_for IS NULL LIMIT subjects FOR UPDATE SKIP LOCKED);
  writers xid[];
  running xid[];
BEGIN
  IF NOT EXISTS (SELECT FROM sminion.young_state) THEN
    RETURN;
  END IF;
  WITH held AS MATERIALIZED (SELECT l.* FROM pg_locks l WHERE l.granted AND l.pid IS DISTINCT FROM pg_backend_pid())
  SELECT array_agg(x.transactionid),
         array_agg(x.transactionid) FILTER (WHERE x.virtualtransaction IN (
           SELECT m.virtualtransaction FROM held m
           WHERE m.locktype = 'relation' AND m.relation = 'sminion.new_writer'::regclass
             AND m.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())))
  INTO running, writers
  FROM held x WHERE x.locktype = 'transactionid' AND x.mode = 'ExclusiveLock';
  IF writers IS NULL THEN
    DELETE FROM sminion.young_state y WHERE y.subject = ANY (watched);
  ELSE
    UPDATE sminion.young_state y SET waits_for = writers WHERE y.subject = ANY (watched);
  END IF;
  DELETE FROM sminion.young_state y
  WHERE y.ctid = ANY (ARRAY(
    SELECT o.ctid FROM sminion.young_state o
    WHERE o.waits_for IS NOT NULL AND NOT o.waits_for && coalesce(running, '{}')
    LIMIT subjects FOR UPDATE SKIP LOCKED));
END
$sminion$;
