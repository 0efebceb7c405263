SELECT sminion.log_shape($1::pg_catalog.jsonb)
