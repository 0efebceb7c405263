SELECT pg_catalog.string_agg(pg_catalog.concat_ws(' ', c.oid::pg_catalog.regclass, coalesce((
         SELECT pg_catalog.string_agg(a.privilege_type || CASE WHEN a.is_grantable THEN '*' ELSE '' END, '+' ORDER BY a.privilege_type)
         FROM (SELECT c.relacl UNION ALL
               SELECT t.attacl FROM pg_catalog.pg_attribute t WHERE t.attrelid = c.oid AND t.attacl IS NOT NULL) l (acl),
              pg_catalog.aclexplode(l.acl) a
         WHERE a.grantee = pg_catalog.to_regrole(pg_catalog.quote_ident(<<role_literal>>))), 'nothing')), ', '
         ORDER BY c.oid::pg_catalog.regclass::text)
FROM pg_catalog.pg_class c
WHERE c.oid = ANY (ARRAY(
  SELECT pg_catalog.to_regclass(<<table_literal>>)::oid
  UNION SELECT t.relid FROM pg_catalog.pg_partition_tree(pg_catalog.to_regclass(<<table_literal>>)) t))
