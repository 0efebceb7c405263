-- The committed record of each access: who, why, from where, until when. The token is not here, only its hash, so that
-- whoever reads the log cannot act with it.
CREATE TABLE sminion.ticket (
  -- grows with time; from no sequence: see open_ticket
  id             bigint      PRIMARY KEY,
  -- of the whole token: one lookup says that number, secret and role are those of one ticket
  token_hash     bytea       NOT NULL UNIQUE,
  -- The top-level transaction that wrote the row: in it the ticket opens nothing, because it could still be rolled back.
  writer         xid8        NOT NULL DEFAULT pg_catalog.pg_current_xact_id(),
  -- The transaction or subtransaction that wrote the row, as the row itself says it in xmin. In a database that was restored from
  -- a dump the two differ: there the ticket opens nothing.
  made_in        xid         NOT NULL DEFAULT pg_catalog.pg_current_xact_id()::pg_catalog.xid,
  opened_at      timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
  expires_at     timestamptz NOT NULL,
  login          name        NOT NULL,
  -- how many the login has opened with this one, by which open_ticket limits them: two at once may have the same number
  nth            bigint      NOT NULL,
  role           name        NOT NULL,
  mask           bigint      NOT NULL,
  -- the login may hold incompatible purposes, so each transaction must prove that it stays in one compartment
  alternating    boolean     NOT NULL,
  epoch          integer     NOT NULL,
  -- as the policy of that epoch says it
  require_tls    boolean     NOT NULL,
  purpose        text        NOT NULL,
  basis          text        NOT NULL,
  basis_ref      sminion.basis_text,
  -- NULL once it was forgotten: see forget_actors; client_address and application go with it
  actor          sminion.actor_text,
  unit           sminion.unit_text,
  reason         sminion.reason_text NOT NULL,
  subject        text        COLLATE "C",
  -- what rules of rows compare with, such as a tenant: canonical, as sminion.ticket_values made it
  "values"       sminion.values_json NOT NULL DEFAULT '{}',
  client_address inet,
  encrypted      boolean     NOT NULL,
  application    text        NOT NULL,
  -- all three or none: open_ticket sets none, and ticket_append_only lets them be set together, once
  revoked_at     timestamptz,
  revoked_by     name,
  revoked_why    text
);
-- The log grows in time order: BRIN answers "last week" for almost nothing.
CREATE INDEX ticket_opened_at ON sminion.ticket USING brin (opened_at);
-- For sminion.number_events, which takes tickets in the order of their transactions.
CREATE INDEX ticket_writer ON sminion.ticket (writer);
CREATE INDEX ticket_actor ON sminion.ticket (actor, opened_at);
CREATE INDEX ticket_nth ON sminion.ticket (login, nth);
-- For sminion.clarifications: tickets that rest on a request.
CREATE INDEX ticket_request ON sminion.ticket (basis_ref) WHERE pg_catalog.starts_with(basis_ref, 'request:');
CREATE INDEX ticket_subject ON sminion.ticket (subject, opened_at) WHERE subject IS NOT NULL;
COMMENT ON TABLE sminion.ticket IS 'every access: who, why, from where, until when';
