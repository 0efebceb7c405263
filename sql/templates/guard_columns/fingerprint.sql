SELECT pg_catalog.string_agg(pg_catalog.concat_ws(' ', a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod)), ', ' ORDER BY a.attname)
FROM pg_catalog.pg_attribute a
WHERE a.attrelid = pg_catalog.to_regclass(<<table_literal>>) AND a.attname IN ('guard_mask', 'guard_subject') AND NOT a.attisdropped
