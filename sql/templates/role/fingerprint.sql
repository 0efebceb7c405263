SELECT pg_catalog.concat_ws(' ', r.rolcanlogin, r.rolsuper, r.rolcreaterole, r.rolcreatedb, r.rolbypassrls, r.rolreplication, r.rolinherit)
FROM pg_catalog.pg_roles r WHERE r.rolname = <<role_literal>>
