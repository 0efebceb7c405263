-- Privileges that `apply` took from PUBLIC or from a login, so that the way back can give them again.
CREATE TABLE sminion.closed_grant (
  statement text        PRIMARY KEY,
  closed_at timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp()
);
COMMENT ON TABLE sminion.closed_grant IS 'grants taken away by apply, as the statements that give them back';
