SELECT pg_catalog.set_config('role', 'sminion_owner', true);
