SELECT sminion.knows_log($1::pg_catalog.int8, $2::pg_catalog.text)
