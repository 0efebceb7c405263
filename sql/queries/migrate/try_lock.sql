-- As in `lock`, without waiting: who waits cannot say for whom.
SELECT pg_catalog.pg_try_advisory_xact_lock(23447400308363086);
