-- Comments and security labels.
SELECT pg_catalog.pg_describe_object(d.classoid, d.objoid, d.objsubid) AS name, 'comment' AS "column", 1 AS rows
FROM (SELECT d.classoid, d.objoid, d.objsubid, d.description FROM pg_catalog.pg_description d
      UNION ALL SELECT d.classoid, d.objoid, 0, d.description FROM pg_catalog.pg_shdescription d
      UNION ALL SELECT l.classoid, l.objoid, l.objsubid, l.label FROM pg_catalog.pg_seclabel l) AS d
-- Of what every database has, only what people comment on: schema public, databases, roles.
WHERE (d.objoid >= 16384 OR d.objoid = 2200 OR d.classoid IN ('pg_database'::pg_catalog.regclass, 'pg_authid'::pg_catalog.regclass)) AND d.description ~ %(pattern)s
  AND pg_catalog.pg_describe_object(d.classoid, d.objoid, d.objsubid) !~ 'sminion'
ORDER BY 1
