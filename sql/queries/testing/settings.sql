-- What ALTER DATABASE and ALTER ROLE ... IN DATABASE have set for a database: the role (none: every role), the setting,
-- its value.
SELECT CASE s.setrole WHEN 0 THEN NULL ELSE s.setrole::pg_catalog.regrole::text END,
       pg_catalog.split_part(c.entry, '=', 1), pg_catalog.substr(c.entry, pg_catalog.strpos(c.entry, '=') + 1)
FROM pg_catalog.pg_db_role_setting s
JOIN pg_catalog.pg_database d ON d.oid = s.setdatabase,
     pg_catalog.unnest(s.setconfig) AS c (entry)
WHERE d.datname = %(template)s::pg_catalog.name
ORDER BY s.setrole, c.entry
