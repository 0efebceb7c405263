-- Refuses a row that is past its retention as it is written. The floor's condition for written rows calls it, with names
-- from the policy, after ticket and mask were tested; without it PostgreSQL says that some policy is violated.
CREATE FUNCTION sminion.refuse_expired(relation text, counted_from text, keep text) RETURNS boolean
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
BEGIN
  RAISE EXCEPTION USING ERRCODE = 'SG228',
    MESSAGE = format('the row of `%s` is past its retention: `%s` is older than %s', relation, counted_from, keep),
    DETAIL = 'Nobody can see such a row, so it cannot be written.',
    HINT = format('Write a later value of `%s`, or leave the row out.', counted_from);
END
$sminion$;
COMMENT ON FUNCTION sminion.refuse_expired(text, text, text) IS 'refuses a row that is past its retention';
