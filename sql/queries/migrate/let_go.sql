SELECT pg_catalog.pg_advisory_unlock(23447400308363086);
