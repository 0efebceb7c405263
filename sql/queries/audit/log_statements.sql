SELECT sminion.log_statements($1::bigint, $2::bigint, $3::jsonb)
