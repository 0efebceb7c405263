-- For this transaction: no name is looked up in the application's schemas, and no statement takes longer than it may.
SELECT pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true),
       pg_catalog.set_config('statement_timeout', %(timeout)s::text, true);
