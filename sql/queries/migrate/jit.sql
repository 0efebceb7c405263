SELECT pg_catalog.set_config('jit', %(value)s, true);
