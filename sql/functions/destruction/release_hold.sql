-- Ends a hold. What it kept of a person whose data were destroyed goes with the next sminion.maintain.
CREATE FUNCTION sminion.release_hold(id bigint, reason text, actor text DEFAULT NULL) RETURNS void
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  why CONSTANT text := sminion.require_reason(release_hold.reason);
BEGIN
  UPDATE sminion.hold h
  SET released_at = clock_timestamp(), release_reason = why, released_by = sminion.require_actor(release_hold.actor)
  WHERE h.id = release_hold.id AND h.released_at IS NULL;
  IF NOT FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'SG564',
      MESSAGE = format('there is no hold %s that could be released', coalesce(release_hold.id::text, 'NULL')),
      HINT = 'See `SELECT * FROM sminion.hold WHERE released_at IS NULL`.';
  END IF;
  PERFORM sminion.record_act('release_hold', jsonb_build_object('hold', release_hold.id), why);
END
$sminion$;
COMMENT ON FUNCTION sminion.release_hold(bigint, text, text) IS 'ends a hold: what it kept is destroyed';
