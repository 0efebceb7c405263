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
  FROM sminion.installed_object o WHERE (o.key LIKE 'closed\_schema:%' OR o.key LIKE 'guard\_closed:%') AND o.fingerprint <> 'closed';
  IF lost IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'SG419',
      MESSAGE = 'a protected schema cannot be closed',
      DETAIL = lost || '.',
      HINT = 'Let whoever granted it revoke it, then apply again.';
  END IF;
  SELECT pg_catalog.string_agg(pg_catalog.format('`%s` also holds %s', pg_catalog.substr(o.key, 10), o.fingerprint), ', ' ORDER BY o.key)
  INTO lost
  FROM sminion.installed_object o WHERE o.key LIKE 'holdings:%' AND o.fingerprint <> 'nothing more';
  IF lost IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'SG442',
      MESSAGE = 'a compartment holds more than its policy gives it',
      DETAIL = lost || '.',
      HINT = 'Let whoever granted it revoke it, and give what it owns to another role, then apply again.';
  END IF;
  SELECT pg_catalog.string_agg(pg_catalog.format('%s `%s` is %s', s.kind, s.name, s.state), ', ' ORDER BY s.kind, s.name) INTO lost
  FROM sminion.guard_states() s;
  IF lost IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'SG443',
      MESSAGE = 'schema `sminion` is not as the guard made it',
      DETAIL = lost || '.',
      HINT = 'Apply online, which makes functions, triggers and views anew, or undo the change; drop what does not belong there.';
  END IF;
  SELECT pg_catalog.string_agg(pg_catalog.format('`%s` on `%s`', f.policy, f.relation), ', ' ORDER BY f.relation, f.policy) INTO lost
  FROM sminion.foreign_policies(pg_catalog.current_setting('sminion.script')::jsonb -> 'adopted') f
  WHERE f.policy IS NOT NULL AND NOT f.adopted;
  IF lost IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'SG447',
      MESSAGE = 'protected tables have row security policies of their own',
      DETAIL = lost || '.',
      HINT = 'Adopt them by name in `adopt_policies` of their tables, or drop them; then write the script again.';
  END IF;
END
$sminion$;
