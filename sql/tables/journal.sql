-- What was written down and is not in the log yet: the batches of guarded sessions, and the writes to protected tables. Whoever
-- waits for a result waits for this INSERT, so it does nothing but store: no trigger, no foreign key, one index.
-- sminion.fold checks the rows and moves them to the log; until then the views read them from here.
--
-- A login may insert `writer`, `first`, `proof` and `entries`. Time, transaction and login are not granted, so nobody writes
-- in the name or at the time of somebody else; nor is `event`, which the guard's own triggers insert (sminion.record_write).
--
-- transaction: rows are folded when all transactions up to theirs have ended, so none can come later with a lower number.
-- proof:       says that the writer's process made the row (sminion.journal_batches). Another session of the login knows the
--              writer's number, but not its secret.
-- entries:     a JSON array in UTF-8, as sminion.journal_entries describes it. The bytes of a login are not trusted.
-- event:       a write, as sminion.journal_writes reads it.
CREATE TABLE sminion.journal (
  at          timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
  transaction xid8        NOT NULL DEFAULT pg_catalog.pg_current_xact_id(),
  login       name        NOT NULL DEFAULT session_user,
  writer      bigint,
  first       bigint,
  proof       bytea,
  entries     bytea,
  event       jsonb,
  -- One for all: the server prepares each anew for every INSERT.
  CHECK (event IS NOT NULL OR (writer IS NOT NULL AND first IS NOT NULL AND pg_catalog.octet_length(proof) = 32
    AND pg_catalog.octet_length(entries) BETWEEN 1 AND 4194304) IS TRUE)
)
-- Rows come and go: vacuum by their number, however large the table was once.
WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 20000);
CREATE INDEX journal_transaction ON sminion.journal (transaction);
COMMENT ON TABLE sminion.journal IS 'rows of the log of statements that sminion.fold has not moved to the log yet';
