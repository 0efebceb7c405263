SELECT pg_catalog.pg_get_indexdef(i.indexrelid) || CASE WHEN i.indisvalid THEN '' ELSE ' invalid' END
FROM pg_catalog.pg_index i
WHERE i.indexrelid = pg_catalog.to_regclass(<<index_literal>>) AND i.indrelid = pg_catalog.to_regclass(<<table_literal>>)
