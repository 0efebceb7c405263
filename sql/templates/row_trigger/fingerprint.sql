SELECT pg_catalog.string_agg(pg_catalog.concat_ws(' ', t.tgenabled, pg_catalog.pg_get_triggerdef(t.oid)), ', ' ORDER BY t.tgname)
FROM pg_catalog.pg_trigger t
WHERE t.tgrelid = pg_catalog.to_regclass(<<table_literal>>) AND t.tgname IN ('~guard_row', '~guard_row_made')
