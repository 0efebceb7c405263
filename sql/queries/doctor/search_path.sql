-- Whoever examines is powerful: no function or operator of another schema is to be taken for one of the server's. And an object is
-- called the same in every session.
SELECT pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
