-- Returns when no transaction that may still use a snapshot from before now is running in this database: call it after the
-- transaction with the block has committed. Waits for every transaction, since from outside none can be seen to hold no
-- snapshot; says after a second whom it waits for, and raises when `patience` is over. Statements on a hot standby are out
-- of its sight. Prepared transactions read nothing any more, and are not waited for.
CREATE FUNCTION sminion.await_older(patience interval DEFAULT '5 minutes') RETURNS void
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  older    text[] := sminion.running_transactions();
  deadline timestamptz := clock_timestamp() + coalesce(patience, interval '5 minutes');
  notice   timestamptz := clock_timestamp() + interval '1 second';
  pause    double precision := 0.002;
BEGIN
  LOOP
    older := ARRAY(SELECT unnest(older) INTERSECT SELECT unnest(sminion.running_transactions()));
    EXIT WHEN cardinality(older) = 0;
    IF clock_timestamp() >= deadline THEN
      RAISE EXCEPTION USING ERRCODE = 'SG507',
        MESSAGE = format('%s older transactions are still running', cardinality(older)),
        DETAIL = format('They may still read with a snapshot from before the change: %s.',
                        sminion.transactions_named(older)),
        HINT = 'End them, or wait longer.';
    END IF;
    IF clock_timestamp() >= notice THEN
      RAISE NOTICE 'waiting for % older transactions: %', cardinality(older), sminion.transactions_named(older);
      notice := 'infinity';
    END IF;
    PERFORM pg_sleep(pause);
    pause := least(pause * 1.5, 0.25);
  END LOOP;
END
$sminion$;
COMMENT ON FUNCTION sminion.await_older(interval) IS
  'returns when every transaction older than this call has ended; fails after the time given';
