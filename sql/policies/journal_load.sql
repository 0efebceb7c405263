-- How much a login writes to the journal is limited (sminion.count_journal). By row security, since its expression is part of the plan
-- that the server keeps for the INSERT: a CHECK is prepared anew for each, and a function of its own would be called for each. It hides
-- no row, and does not concern the owner, as whom the guard's own functions write.
--
-- What draws the sample must not be foreseen by who writes, so it is neither random(), which a client seeds, nor what is in the row.
-- Random bytes are dear beside the INSERT of a short row: that one is drawn by the microsecond of its `at`, which nobody can set. A
-- program that aims at a microsecond that is not drawn gains as much as it can write in rows of less than a kilobyte.
ALTER TABLE sminion.journal ENABLE ROW LEVEL SECURITY;
CREATE POLICY journal_load ON sminion.journal USING (true) WITH CHECK (
  CASE
    WHEN (CASE WHEN pg_catalog.octet_length(entries) < 1024 THEN pg_catalog.timestamp_hash_extended(at::timestamp, 42)
            ELSE pg_catalog.uuid_hash(pg_catalog.gen_random_uuid())::bigint END & 262143) < pg_catalog.octet_length(entries) + 256
      THEN sminion.count_journal(pg_catalog.octet_length(entries), true)
    WHEN pg_catalog.pg_sequence_last_value('sminion.load_0'::pg_catalog.regclass) > pg_catalog.date_part('epoch', at)
      THEN sminion.count_journal(pg_catalog.octet_length(entries), false)
    ELSE true END);
