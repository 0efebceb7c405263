SELECT pg_catalog.set_config(%(setting)s, %(value)s, false)
