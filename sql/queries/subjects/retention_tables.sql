SELECT r.schema_name || '.' || r.table_name AS "table" FROM sminion.retention_progress r WHERE r.way = 'destroy' ORDER BY r.place
