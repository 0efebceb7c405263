SELECT pg_catalog.set_config('role', %(role)s, true);
