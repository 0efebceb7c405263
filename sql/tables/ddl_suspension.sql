-- Who suspended the DDL guard, until when and why, and who let it go on. Append-only. Its comment is what the event triggers
-- read, as that of ddl_migration.
CREATE TABLE sminion.ddl_suspension (
  id     bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at     timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
  transaction xid8   NOT NULL DEFAULT pg_catalog.pg_current_xact_id(),
  login  name        NOT NULL DEFAULT session_user,
  reason text        NOT NULL,
  until  timestamptz
);
COMMENT ON TABLE sminion.ddl_suspension IS 'the DDL guard is not suspended';
COMMENT ON COLUMN sminion.ddl_suspension.until IS 'NULL: from `at` on it is not suspended any more';
