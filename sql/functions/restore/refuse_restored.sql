-- Raises where this database was restored and nobody has said that what people decided since is there again.
CREATE FUNCTION sminion.refuse_restored() RETURNS void
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  why CONSTANT text := sminion.restored();
BEGIN
  IF why IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'SG250',
      MESSAGE = 'the database was restored: blocks, withdrawals and destructions since the backup may be missing',
      DETAIL = why,
      HINT = 'A privacy officer repeats them, and then runs `sminion-guard restore accept`.';
  END IF;
END
$sminion$;
