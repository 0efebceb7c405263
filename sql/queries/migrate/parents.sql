-- Tables that find their subject through another one, as they are now, with that other one.
SELECT p.schema_name || '.' || p.table_name, p.parent_schema || '.' || p.parent_table
FROM sminion.protected_table p WHERE p.parent_table IS NOT NULL
ORDER BY 1;
