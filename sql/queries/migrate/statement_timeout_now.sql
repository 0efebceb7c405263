SELECT pg_catalog.current_setting('statement_timeout');
