-- Settings by name, and where they are set otherwise for the database or a login of the policy. What the asking role may not see is
-- missing.
SELECT s.name, s.setting, NULL
FROM pg_catalog.pg_settings s
WHERE s.name = ANY (%(names)s::text[])
UNION ALL
SELECT pg_catalog.split_part(c.setting, '=', 1), pg_catalog.substr(c.setting, pg_catalog.strpos(c.setting, '=') + 1),
       pg_catalog.concat_ws(' in ', CASE WHEN d.setrole <> 0 THEN 'role ' || d.setrole::pg_catalog.regrole END,
                            CASE WHEN d.setdatabase <> 0 THEN 'database ' || b.datname END)
FROM pg_catalog.pg_db_role_setting d
LEFT JOIN pg_catalog.pg_database b ON b.oid = d.setdatabase
CROSS JOIN LATERAL pg_catalog.unnest(d.setconfig) AS c (setting)
LEFT JOIN pg_catalog.pg_roles r ON r.oid = d.setrole
WHERE (d.setdatabase = 0 OR b.datname = pg_catalog.current_database()) AND (d.setrole = 0 OR r.rolname = ANY (%(logins)s::name[]))
  AND pg_catalog.split_part(c.setting, '=', 1) = ANY (%(names)s::text[])
ORDER BY 1, 3 NULLS FIRST;
