SELECT pg_catalog.set_config('sminion.script', %(wanted)s, true);
