-- As `hold_path`, for a session that nobody goes on with.
SELECT pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', false);
