SELECT pg_catalog.concat_ws(' | ', p.polcmd, p.polpermissive, pg_catalog.pg_get_expr(p.polqual, p.polrelid),
  'without ' || (
    SELECT pg_catalog.string_agg(r.rolname, ', ' ORDER BY r.rolname)
    FROM pg_catalog.pg_roles r
    WHERE r.rolname <> ALL (<<known>>::name[]) AND r.oid <> ALL (p.polroles)
      AND r.oid = ANY (ARRAY(
        SELECT g.oid FROM pg_catalog.pg_roles g WHERE g.rolname IN ('pg_read_all_data', 'pg_write_all_data'<<backup>>)
        UNION
        SELECT c.relowner FROM pg_catalog.pg_class c WHERE c.oid = p.polrelid
        UNION
        SELECT a.grantee FROM pg_catalog.pg_class c, pg_catalog.aclexplode(c.relacl) a WHERE c.oid = p.polrelid
        UNION
        SELECT a.grantee FROM pg_catalog.pg_attribute t, pg_catalog.aclexplode(t.attacl) a
        WHERE t.attrelid = p.polrelid AND NOT t.attisdropped))))
FROM pg_catalog.pg_policy p
WHERE p.polrelid = pg_catalog.to_regclass(<<table_literal>>) AND p.polname = 'guard_others'
