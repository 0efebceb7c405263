-- Whoever installs is powerful: no function or operator of another schema is to be taken for one of the server's, also if a role
-- or the database has a search_path that names such a schema. `return_path` goes back to the caller's.
SELECT pg_catalog.set_config('sminion.search_path', pg_catalog.current_setting('search_path'), true);
SELECT pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
