SELECT pg_catalog.set_config('role', pg_catalog.current_setting('sminion.installer'), true);
