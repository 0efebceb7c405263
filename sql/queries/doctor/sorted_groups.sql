-- Many groupings at once are sorted several times as fast as they are hashed.
SELECT pg_catalog.set_config('enable_hashagg', 'off', true);
