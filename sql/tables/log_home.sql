-- Logins whose tickets are in another database, and which one that is: said by the DBA, so that this database keeps their
-- log of statements without seeing the tickets. A row is ended, never removed: it says where events came from.
CREATE TABLE sminion.log_home (
  id                bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  login             name        NOT NULL,
  database          name        NOT NULL CHECK (database <> ''),
  -- pg_control_system() of the cluster that holds it
  system_identifier bigint      NOT NULL,
  declared_at       timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
  declared_by       name        NOT NULL DEFAULT session_user,
  ended_at          timestamptz,
  ended_by          name,
  CHECK ((ended_at IS NULL) = (ended_by IS NULL))
);
-- A login has one home at a time, so that the server knows it and no client has to say it.
CREATE UNIQUE INDEX log_home_login ON sminion.log_home (login) WHERE ended_at IS NULL;
COMMENT ON TABLE sminion.log_home IS 'logins whose log of statements is kept here, and where their tickets are';
