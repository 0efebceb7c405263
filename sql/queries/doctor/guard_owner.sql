-- What the owner of the guard may do that an owner need not.
SELECT w.power
FROM pg_catalog.pg_roles r
CROSS JOIN LATERAL (
  VALUES (r.rolsuper, 'SUPERUSER'), (r.rolbypassrls, 'BYPASSRLS'), (r.rolcanlogin, 'LOGIN'), (r.rolcreaterole, 'CREATEROLE'),
         (r.rolcreatedb, 'CREATEDB'), (r.rolreplication, 'REPLICATION')
) AS w (holds, power)
WHERE r.rolname = 'sminion_owner' AND w.holds
ORDER BY 1;
