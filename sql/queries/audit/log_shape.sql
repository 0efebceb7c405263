SELECT sminion.log_shape($1::jsonb)
