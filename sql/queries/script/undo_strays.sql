-- What the script does not name is undone, last first. Only the registry knows it; schema `sminion` is its owner's.
DO $sminion$
DECLARE
  kept  jsonb := pg_catalog.current_setting('sminion.script')::jsonb -> 'keys';
  stray record;
BEGIN
  FOR stray IN
    SELECT o.key, o.reverse, s.state, o.as_owner
    FROM sminion.installed_object o JOIN sminion.object_states() s ON s.key = o.key
    WHERE NOT kept ? o.key
    ORDER BY o.key LIKE 'role:%', o."position" DESC
  LOOP
    IF stray.state <> 'MISSING' THEN
      IF NOT stray.as_owner THEN
        PERFORM pg_catalog.set_config('role', pg_catalog.current_setting('sminion.installer'), true);
      END IF;
      EXECUTE stray.reverse;
      PERFORM pg_catalog.set_config('role', 'sminion_owner', true);
    END IF;
    PERFORM sminion.forget_object(stray.key);
  END LOOP;
END
$sminion$;
