SELECT sminion.record_tables(%(registry)s::jsonb, %(names)s::text[]);
