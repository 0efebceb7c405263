-- Stores changes of all keys of a person, whose states the caller holds exclusively: those that were pending, and the caller's own,
-- `own`, whose number is that in `numbers` for each key in `told`. True when a state changed. See sminion.apply_changes for one key.
CREATE FUNCTION sminion.apply_to_person(keys text[], own sminion.pending_change, told text[] DEFAULT '{}', numbers bigint[] DEFAULT '{}'
) RETURNS boolean
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  key     text;
  one     sminion.pending_change;
  last    bigint;
  changed boolean := false;
BEGIN
  SELECT max(c.id) INTO last FROM (
    SELECT p.id FROM sminion.pending_change p WHERE p.subject = ANY (keys)
    UNION ALL SELECT n.id FROM unnest(numbers) AS n (id)) c;
  FOREACH key IN ARRAY keys LOOP
    one := own;
    one.subject := key;
    one.id := numbers[array_position(told, key)];
    changed := sminion.apply_changes(key, one) OR changed;
  END LOOP;
  IF cardinality(keys) > 1 AND last IS NOT NULL THEN
    changed := sminion.spread_states(keys, last) OR changed;
  END IF;
  RETURN changed;
END
$sminion$;
