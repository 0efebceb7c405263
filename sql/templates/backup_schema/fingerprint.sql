SELECT pg_catalog.concat_ws(' | ', (
    SELECT pg_catalog.string_agg(a.privilege_type, '+' ORDER BY a.privilege_type) FROM pg_catalog.aclexplode(n.nspacl) a
    WHERE a.grantee = pg_catalog.to_regrole(pg_catalog.quote_ident(<<role_literal>>))),
  coalesce((
    SELECT pg_catalog.string_agg(pg_catalog.concat_ws(' ', c.oid::pg_catalog.regclass, c.relrowsecurity, h.held), ', ' ORDER BY c.oid::pg_catalog.regclass::text)
    FROM pg_catalog.pg_class c
    CROSS JOIN LATERAL (
      SELECT pg_catalog.string_agg(a.privilege_type || CASE WHEN a.is_grantable THEN '*' ELSE '' END, '+' ORDER BY a.privilege_type)
      FROM pg_catalog.aclexplode(c.relacl) a
      WHERE a.grantee = pg_catalog.to_regrole(pg_catalog.quote_ident(<<role_literal>>))) AS h (held)
    WHERE c.relnamespace = n.oid AND c.relkind IN ('r', 'p', 'S')
      -- What is as it should be is not named, so that a new table is told as missing, and not each one.
      AND h.held IS DISTINCT FROM CASE WHEN NOT c.relrowsecurity THEN 'SELECT' END
      AND NOT EXISTS (
        SELECT FROM pg_catalog.unnest(<<listed>>::text[]) l (name)
        WHERE pg_catalog.to_regclass(l.name) = c.oid
          OR pg_catalog.to_regclass(l.name) IN (SELECT a.relid FROM pg_catalog.pg_partition_ancestors(c.oid) a (relid)))),
    'all tables'))
FROM (VALUES (1)) AS one (row)
LEFT JOIN pg_catalog.pg_namespace n ON n.nspname = <<schema_literal>>
