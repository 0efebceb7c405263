-- Locks the names of schemas: nobody renames one, and puts another in its place, before the transaction ends.
SELECT n.oid FROM pg_catalog.pg_namespace n WHERE n.nspname = ANY (%(schemas)s) FOR SHARE
