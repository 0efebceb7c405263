-- Returns when no transaction that may still use a snapshot from before now is running in this database: call it after the
-- transaction with the block has committed. Waits for every transaction, since from outside none can be seen to hold no
-- snapshot; raises when `patience` is over. Statements on a hot standby are out of its sight.
CREATE FUNCTION sminion.await_older(patience interval DEFAULT '5 minutes') RETURNS void
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  older    text[] := sminion.running_transactions();
  deadline timestamptz := clock_timestamp() + patience;
  pause    double precision := 0.002;
BEGIN
  LOOP
    older := ARRAY(SELECT unnest(older) INTERSECT SELECT unnest(sminion.running_transactions()));
    EXIT WHEN cardinality(older) = 0;
    IF clock_timestamp() >= deadline THEN
      RAISE EXCEPTION USING ERRCODE = 'SG507',
        MESSAGE = format('%s older transactions are still running', cardinality(older)),
        DETAIL = 'They may still read with a snapshot from before the change: virtual transactions '
                 || array_to_string(older[1:10], ', ') || '.',
        HINT = 'End them (pg_locks.virtualtransaction tells the process), or wait longer.';
    END IF;
    PERFORM pg_sleep(pause);
    pause := least(pause * 1.5, 0.25);
  END LOOP;
END
$sminion$;
