-- The first look of the preflight: it names all logins that are missing, and those that stand above a policy.
DO $sminion$
DECLARE
  unfit text;
BEGIN
  SELECT pg_catalog.string_agg(pg_catalog.format('`%s`%s', l.name, CASE WHEN r.oid IS NULL THEN ' does not exist'
           ELSE ' has SUPERUSER, CREATEROLE, CREATEDB, BYPASSRLS or REPLICATION' END), ', ' ORDER BY l.name) INTO unfit
  FROM pg_catalog.jsonb_array_elements_text(pg_catalog.current_setting('sminion.script')::jsonb -> 'logins') AS l (name)
  LEFT JOIN pg_catalog.pg_roles r ON r.rolname = l.name
  WHERE r.oid IS NULL OR r.rolsuper OR r.rolcreaterole OR r.rolcreatedb OR r.rolbypassrls OR r.rolreplication;
  IF unfit IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'SG417',
      MESSAGE = 'the logins of the policy are not fit',
      DETAIL = unfit || '.',
      HINT = 'Create or change them; `sminion-guard plan` tells everything that stands in the way.';
  END IF;
END
$sminion$;
