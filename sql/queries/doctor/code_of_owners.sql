-- Functions in indexes, checks, generated columns and the like of protected tables that run with the rights of the guard.
SELECT f.name, f.code
FROM (SELECT p.schema_name || '.' || p.table_name AS name, sminion.foreign_code(p, true) AS code FROM sminion.protected_table p) AS f
WHERE f.code IS NOT NULL
ORDER BY f.name;
