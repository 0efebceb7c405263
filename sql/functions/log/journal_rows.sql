-- Rows of the journal: those at the places in `chosen`, or all of them when it is NULL.
CREATE FUNCTION sminion.journal_rows(chosen tid[]) RETURNS SETOF sminion.journal
LANGUAGE plpgsql
STABLE
SET search_path = pg_catalog, pg_temp
AS $sminion$
BEGIN
  IF chosen IS NULL THEN
    RETURN QUERY SELECT j.* FROM sminion.journal j;
  ELSE
    RETURN QUERY SELECT j.* FROM sminion.journal j WHERE j.ctid = ANY (chosen);
  END IF;
END
$sminion$;
