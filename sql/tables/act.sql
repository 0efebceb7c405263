-- What officers and DBAs did to the guard itself and what has no other table: tickets revoked, logs of other databases kept here,
-- people erased from the log, readings of the log. Append-only. See sminion.record_act.
CREATE TABLE sminion.act (
  id          bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at          timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
  transaction xid8        NOT NULL DEFAULT pg_catalog.pg_current_xact_id(),
  login       name        NOT NULL DEFAULT session_user,
  act         text        NOT NULL,
  -- what it was done to: never data of a person
  detail      jsonb       NOT NULL,
  reason      text
);
COMMENT ON TABLE sminion.act IS 'acts of officers and DBAs; append-only';
