SELECT r.schema_name || '.' || r.table_name AS "table" FROM sminion.retention_progress r ORDER BY r.place
