-- The ledger of destruction: one row for each request whose data are destroyed. It is committed before the first row goes. What is done
-- of it stands in sminion.destruction_table, and its beginning and its end are events of the request.
CREATE TABLE sminion.destruction (
  id           bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  request      bigint      NOT NULL UNIQUE REFERENCES sminion.request,
  -- NULL once the person was erased from the log
  subject      text        COLLATE "C",
  -- of the key, salted as in sminion.salt, with the number of the destruction for that of an event
  commitment   bytea       NOT NULL CHECK (pg_catalog.octet_length(commitment) = 32),
  -- tables, rows and ways, as they were found at the beginning; and its SHA-256, which stands in the log
  plan         jsonb       NOT NULL,
  plan_sha256  bytea       NOT NULL CHECK (pg_catalog.octet_length(plan_sha256) = 32),
  reason       text        NOT NULL,
  -- NULL once it was forgotten: see forget_actors
  actor        text,
  login        name        NOT NULL DEFAULT session_user,
  begun_at     timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
  -- the one that wrote the row: in it nothing is destroyed, since a rollback would leave no trace
  transaction  xid8        NOT NULL DEFAULT pg_catalog.pg_current_xact_id(),
  epoch        integer     NOT NULL,
  -- the transaction whose batch runs now: by it triggers know the guard's own deletes
  batch        xid8,
  -- each table that is waiting is tried once in a pass
  pass         integer     NOT NULL DEFAULT 1,
  -- when sminion.maintain goes on with it
  retry_at     timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
  -- nothing is left but what is held
  completed_at timestamptz
);
CREATE INDEX destruction_subject ON sminion.destruction (subject);
CREATE INDEX destruction_batch ON sminion.destruction (batch) WHERE batch IS NOT NULL;
CREATE INDEX destruction_open ON sminion.destruction (retry_at) WHERE completed_at IS NULL;
COMMENT ON TABLE sminion.destruction IS 'whose data are destroyed, for which request, and by which plan';
