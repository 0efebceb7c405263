-- How many events the log has as leaves, and the root of its tree at a size: a ledger says which log it was written from.
CREATE FUNCTION sminion.ledger_size(at bigint, OUT size bigint, OUT root bytea)
LANGUAGE sql
STABLE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
  SELECT t.size, sminion.tree_root(least(ledger_size.at, t.size)) FROM sminion.tree_state t
$sminion$;
COMMENT ON FUNCTION sminion.ledger_size(bigint) IS 'how many events a ledger can have, and the root of the log''s tree at a size';
