SELECT pg_catalog.concat_ws('.', writer, secret) FROM sminion.open_log()
