SELECT pg_catalog.to_regnamespace('sminion_migrations') IS NOT NULL;
