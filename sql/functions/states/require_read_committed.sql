-- Called by what brings masks and the log up to date: with an older snapshot it would miss rows that were written meanwhile,
-- and take their subjects for settled.
CREATE FUNCTION sminion.require_read_committed() RETURNS void
LANGUAGE plpgsql
STABLE
SET search_path = pg_catalog, pg_temp
AS $sminion$
BEGIN
  IF current_setting('transaction_isolation') <> 'read committed' THEN
    RAISE EXCEPTION USING ERRCODE = 'SG509',
      MESSAGE = format('masks are brought up to date in READ COMMITTED transactions only, not in %s',
                       upper(current_setting('transaction_isolation'))),
      DETAIL = 'An older snapshot could miss rows that were written in the meantime.',
      HINT = 'Begin with `BEGIN ISOLATION LEVEL READ COMMITTED`, or set `default_transaction_isolation` of the role.';
  END IF;
END
$sminion$;
