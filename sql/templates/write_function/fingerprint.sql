SELECT pg_catalog.md5(pg_catalog.concat_ws(' ', pg_catalog.pg_get_functiondef(p.oid), pg_catalog.pg_get_userbyid(p.proowner), (
  SELECT pg_catalog.string_agg(pg_catalog.quote_ident(a.attname), ', ' ORDER BY a.attnum)
  FROM pg_catalog.pg_attribute a
  WHERE a.attrelid = pg_catalog.to_regclass(<<table_literal>>) AND a.attnum > 0 AND NOT a.attisdropped)))
FROM pg_catalog.pg_proc p
WHERE p.pronamespace = 'sminion'::pg_catalog.regnamespace AND p.proname = <<function_literal>>
