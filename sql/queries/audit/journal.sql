INSERT INTO sminion.journal (writer, first, proof, entries)
SELECT $1::pg_catalog.int8, $2::pg_catalog.int8, $3::pg_catalog.bytea, $4::pg_catalog.bytea
WHERE CASE WHEN pg_catalog.current_setting('synchronous_commit') OPERATOR(pg_catalog.=) 'off'
  THEN pg_catalog.set_config('synchronous_commit', 'on', true) ELSE '' END IS NOT NULL
