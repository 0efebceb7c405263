-- Whatever the login's sessions are by default, this one writes, and gives up in time.
SELECT pg_catalog.set_config('statement_timeout', %s, false),
       pg_catalog.set_config('default_transaction_read_only', 'off', false)
