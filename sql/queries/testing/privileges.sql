-- The statements that give a copy of a database the privileges of its template, which CREATE DATABASE does not copy.
WITH held AS (
  SELECT d.datname, a.privilege_type, a.is_grantable,
         CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE a.grantee::pg_catalog.regrole::text END AS grantee
  FROM pg_catalog.pg_database d, pg_catalog.aclexplode(coalesce(d.datacl, pg_catalog.acldefault('d', d.datdba))) a
), template AS (
  SELECT h.privilege_type, h.grantee, h.is_grantable FROM held h WHERE h.datname = %(template)s::pg_catalog.name
), copy AS (
  SELECT h.privilege_type, h.grantee, h.is_grantable FROM held h WHERE h.datname = %(copy)s::pg_catalog.name
)
SELECT pg_catalog.format('REVOKE %%s ON DATABASE %%I FROM %%s', o.privilege_type, %(copy)s::text, o.grantee)
FROM (TABLE copy EXCEPT TABLE template) AS o
UNION ALL
SELECT pg_catalog.format('GRANT %%s ON DATABASE %%I TO %%s%%s', o.privilege_type, %(copy)s::text, o.grantee,
                         CASE WHEN o.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END)
FROM (TABLE template EXCEPT TABLE copy) AS o
