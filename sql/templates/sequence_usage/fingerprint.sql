SELECT coalesce(pg_catalog.string_agg(pg_catalog.concat_ws(' ', s.oid::pg_catalog.regclass,
         (SELECT pg_catalog.has_sequence_privilege(r.oid, s.oid, 'USAGE')
          FROM pg_catalog.pg_roles r WHERE r.rolname = <<role_literal>>)), ', ' ORDER BY s.oid::pg_catalog.regclass::text), 'none')
FROM (
    SELECT DISTINCT s.oid FROM pg_catalog.pg_class s
    JOIN pg_catalog.pg_depend d ON d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.refobjid = s.oid
    JOIN pg_catalog.pg_attrdef f ON d.classid = 'pg_catalog.pg_attrdef'::pg_catalog.regclass AND d.objid = f.oid
    WHERE s.relkind = 'S' AND f.adrelid = pg_catalog.to_regclass(<<table_literal>>)
    UNION
    SELECT s.oid FROM pg_catalog.pg_class s
    JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid = s.oid AND d.deptype IN ('a', 'i')
    WHERE s.relkind = 'S' AND d.refobjid = pg_catalog.to_regclass(<<table_literal>>)
) AS s
