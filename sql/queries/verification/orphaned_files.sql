-- Files of this database that belong to no relation: what a crash left. They keep rows that no query sees.
SELECT pg_catalog.count(*) AS files
FROM pg_catalog.pg_ls_dir('base/' || (SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database()), true, false) AS f (name)
WHERE f.name ~ '^[0-9]+$' AND pg_catalog.pg_filenode_relation(0, f.name::pg_catalog.oid) IS NULL
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_class c WHERE pg_catalog.pg_relation_filenode(c.oid) = f.name::pg_catalog.oid)
