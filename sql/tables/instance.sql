-- By what the server knows this database from a copy that was restored from a backup: one row, written by the first `apply`.
-- See sminion.restored.
CREATE TABLE sminion.instance (
  singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
  -- The transaction that wrote this row. A dump has it as a value; in a database that was made from the dump, the row itself
  -- was written by another one. A copy of files keeps both, pg_upgrade too.
  made      xid     NOT NULL,
  -- of the WAL, eight hexadecimal digits: recovery to an earlier moment begins a new one, and so does a promotion
  timeline  text    NOT NULL,
  -- somebody who remembers more than the database does has said that it was restored
  closed_at timestamptz,
  closed_by name,
  closed_why text,
  CHECK (pg_catalog.num_nonnulls(closed_at, closed_by, closed_why) IN (0, 3))
);
COMMENT ON TABLE sminion.instance IS 'by what a restored database is known; while it is, no ticket is opened';
