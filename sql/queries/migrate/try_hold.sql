-- The lock of installations for the session: it stays from one transaction to the next, until `let_go` or the session's end.
SELECT pg_catalog.pg_try_advisory_lock(23447400308363086);
