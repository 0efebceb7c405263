-- The version of the extension, where the guard was installed as one.
SELECT x.extversion FROM pg_catalog.pg_extension x WHERE x.extname = 'sminion_guard';
