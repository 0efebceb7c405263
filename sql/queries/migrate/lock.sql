-- One installation at a time in a database. The number is 'SMINION' in ASCII.
SELECT pg_catalog.pg_advisory_xact_lock(23447400308363086);
