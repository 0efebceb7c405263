SELECT pg_catalog.md5(pg_catalog.pg_get_functiondef(p.oid) || pg_catalog.pg_get_userbyid(p.proowner))
FROM pg_catalog.pg_proc p
WHERE p.pronamespace = 'sminion'::pg_catalog.regnamespace AND p.proname = <<function_literal>>
