SELECT pg_catalog.concat_ws(' ', t.tgenabled, pg_catalog.pg_get_triggerdef(t.oid))
FROM pg_catalog.pg_trigger t
WHERE t.tgrelid = pg_catalog.to_regclass(<<table_literal>>) AND t.tgname = '~guard_row'
