-- The database as a whole, and the path of the session that reads it.
SELECT current_database() AS database,
       current_setting('server_version_num')::integer / 10000 AS server_version,
       current_setting('search_path') AS search_path,
       current_setting('jit') AS jit,
       (SELECT json_agg(n.nspname ORDER BY n.nspname) FROM pg_catalog.pg_namespace n
         WHERE n.nspname !~ '^pg_(toast|temp)') AS schemas,
       (SELECT coalesce(json_agg(n.nspname ORDER BY n.nspname), '[]') FROM pg_catalog.pg_namespace n
         WHERE EXISTS (SELECT FROM pg_catalog.aclexplode(n.nspacl) x
                        WHERE x.grantee = 0 AND x.privilege_type = 'USAGE')) AS public_usage;
