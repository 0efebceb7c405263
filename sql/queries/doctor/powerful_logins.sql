-- Accounts outside of the policy that row security does not bind, or that can copy all there is: by attribute, or through a role that
-- they can become. The first superuser of the cluster and whoever asks are left out.
SELECT l.rolname::text, CASE WHEN m.oid = l.oid THEN NULL ELSE m.rolname::text END, w.power
FROM pg_catalog.pg_roles l
JOIN pg_catalog.pg_roles m ON m.oid = l.oid OR (NOT l.rolsuper AND pg_catalog.pg_has_role(l.oid, m.oid, 'MEMBER'))
CROSS JOIN LATERAL (
  VALUES (m.rolsuper, 'SUPERUSER'), (m.rolbypassrls AND NOT m.rolsuper, 'BYPASSRLS'), (m.rolreplication AND NOT m.rolsuper, 'REPLICATION')
) AS w (holds, power)
WHERE l.rolcanlogin AND l.oid <> 10 AND l.rolname <> session_user AND l.rolname <> ALL (%(logins)s::name[]) AND w.holds
ORDER BY 1, 2, 3;
