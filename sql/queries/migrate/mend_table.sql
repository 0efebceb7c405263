-- Triggers are switched on again, with those of foreign keys where a superuser installs; row security, policies and rules,
-- which a table of the guard never has, go. What else was altered is left to whoever did it.
DO $sminion$
DECLARE
  target CONSTANT pg_catalog.regclass := %(target)s;
  more record;
BEGIN
  EXECUTE pg_catalog.format('ALTER TABLE %%1$s DISABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY', target);
  FOR more IN SELECT 'POLICY' AS kind, p.polname AS name FROM pg_catalog.pg_policy p WHERE p.polrelid = target
    UNION ALL SELECT 'RULE', w.rulename FROM pg_catalog.pg_rewrite w WHERE w.ev_class = target
  LOOP
    EXECUTE pg_catalog.format('DROP %%s %%I ON %%s', more.kind, more.name, target);
  END LOOP;
  IF (SELECT r.rolsuper FROM pg_catalog.pg_roles r WHERE r.rolname = current_user) THEN
    EXECUTE pg_catalog.format('ALTER TABLE %%s ENABLE TRIGGER ALL', target);
  END IF;
END
$sminion$;
