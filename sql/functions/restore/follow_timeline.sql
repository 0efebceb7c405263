-- The first step of sminion.maintain: takes the timeline of a promoted standby for the database's own, and fails where the database
-- was restored, so that whoever watches maintenance sees it.
CREATE FUNCTION sminion.follow_timeline() RETURNS void
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  before text := (SELECT i.timeline FROM sminion.instance i);
BEGIN
  IF NOT EXISTS (SELECT FROM sminion.policy) THEN
    RETURN;
  END IF;
  PERFORM sminion.refuse_restored();
  IF before <> sminion.timeline() THEN
    PERFORM sminion.mark_instance();
    PERFORM sminion.record_act('follow_timeline', jsonb_build_object('before', before, 'timeline', sminion.timeline()), NULL);
  END IF;
END
$sminion$;
