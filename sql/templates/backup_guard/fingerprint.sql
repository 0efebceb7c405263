-- What is beside it, `guard_closed` finds.
SELECT coalesce(pg_catalog.string_agg(c.relname, ', ' ORDER BY c.relname), 'all tables')
FROM pg_catalog.pg_class c
WHERE c.relnamespace = 'sminion'::pg_catalog.regnamespace AND c.relkind IN ('r', 'p', 'S')
  AND NOT EXISTS (
    SELECT FROM pg_catalog.aclexplode(c.relacl) a
    WHERE a.privilege_type = 'SELECT' AND a.grantee = pg_catalog.to_regrole(pg_catalog.quote_ident(<<role_literal>>)))
