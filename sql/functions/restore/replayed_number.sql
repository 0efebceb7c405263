-- The number that a request or hold of a ledger has in this database: that of the replay, or its own where it is the same one. NULL
-- where it is not here.
--
-- made: when the request was recorded, or the hold placed.
CREATE FUNCTION sminion.replayed_number(ledger text, kind text, was bigint, made timestamptz) RETURNS bigint
LANGUAGE sql
STABLE
SET search_path = pg_catalog, pg_temp
AS $sminion$
  SELECT coalesce(
    (SELECT p.became FROM sminion.replayed p
     WHERE p.ledger = replayed_number.ledger AND p.kind = replayed_number.kind AND p.was = replayed_number.was),
    CASE replayed_number.kind
      WHEN 'request' THEN (SELECT r.id FROM sminion.request r WHERE r.id = replayed_number.was AND r.recorded_at = replayed_number.made)
      WHEN 'hold' THEN (SELECT h.id FROM sminion.hold h WHERE h.id = replayed_number.was AND h.placed_at = replayed_number.made)
    END)
$sminion$;
