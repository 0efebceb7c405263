SELECT pg_catalog.set_config('statement_timeout', %(value)s, true);
