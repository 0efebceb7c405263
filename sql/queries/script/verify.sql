-- Every object must be in place at the end, as it was just made.
DO $sminion$
DECLARE
  lost text;
BEGIN
  SELECT pg_catalog.string_agg(pg_catalog.format('`%s` is %s', s.key, s.state), ', ' ORDER BY s.key) INTO lost
  FROM sminion.object_states() s WHERE s.state <> 'INSTALLED';
  IF lost IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'SG406',
      MESSAGE = 'objects are not there after they were installed',
      DETAIL = lost || '.',
      HINT = 'Look for a concurrent change of the schema, then apply again.';
  END IF;
  SELECT pg_catalog.string_agg(pg_catalog.format('`%s`: %s', o.key, o.fingerprint), ', ' ORDER BY o.key) INTO lost
  FROM sminion.installed_object o WHERE o.key LIKE 'closed\_schema:%' AND o.fingerprint <> 'closed';
  IF lost IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'SG419',
      MESSAGE = 'a protected schema cannot be closed',
      DETAIL = lost || '.',
      HINT = 'Let whoever granted it revoke it, then apply again.';
  END IF;
END
$sminion$;
