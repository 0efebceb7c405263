-- Makes the default states of subjects that have none, in one order, so that two who do it do not lock each other out. It
-- waits for whoever is just making one of them.
CREATE FUNCTION sminion.make_states(keys text[]) RETURNS void
LANGUAGE sql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
  WITH made AS (
    INSERT INTO sminion.subject_state AS s (subject, mask, epoch)
    SELECT k.key, sminion.mask(p, false, 0, 0), p.mask_epoch
    FROM (SELECT DISTINCT u.key COLLATE "C" AS key FROM unnest(keys) AS u (key) WHERE u.key <> '') k, sminion.policy p
    ORDER BY k.key
    ON CONFLICT (subject) DO NOTHING RETURNING s.subject)
  INSERT INTO sminion.young_state (subject) SELECT m.subject FROM made m
$sminion$;
