-- Tells each key of a person what the others deny: a block, objections, and consents that were refused or withdrawn. The caller holds
-- the states of all of them exclusively. That a person never decided about a purpose under another key denies nothing. True when
-- a state changed.
CREATE FUNCTION sminion.spread_states(keys text[], change bigint) RETURNS boolean
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  key     text;
  before  sminion.subject_state;
  after   sminion.subject_state;
  changed boolean := false;
BEGIN
  FOREACH key IN ARRAY keys LOOP
    SELECT s.* INTO STRICT before FROM sminion.subject_state s WHERE s.subject = key FOR UPDATE;
    after := before;
    -- NULL where they deny nothing.
    SELECT nullif(bool_or(o.blocked), false), nullif(bit_or(o.objections | coalesce(r.refused, 0)), 0)
    INTO after.others_blocked, after.others_denied
    FROM sminion.subject_state o
    CROSS JOIN LATERAL (
      SELECT bit_or(1::bigint << w.bit) AS refused
      FROM sminion.purpose w CROSS JOIN LATERAL sminion.standing_decision(o.subject, w.name) d
      WHERE w.basis = 'consent' AND d.event IN ('refuse_consent', 'withdraw_consent')) r
    WHERE o.subject = ANY (keys) AND o.subject <> key;
    SELECT array_agg(DISTINCT n.name COLLATE "C" ORDER BY n.name COLLATE "C") INTO after.others_blocked_schemas
    FROM sminion.subject_state o CROSS JOIN LATERAL unnest(o.blocked_schemas) AS n (name)
    WHERE o.subject = ANY (keys) AND o.subject <> key;
    changed := sminion.store_state(before, after, change, false) OR changed;
  END LOOP;
  RETURN changed;
END
$sminion$;
