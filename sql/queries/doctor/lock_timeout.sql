-- For the session: a statement outside of transactions follows.
SELECT pg_catalog.set_config('lock_timeout', %(value)s, false);
