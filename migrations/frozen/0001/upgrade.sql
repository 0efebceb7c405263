-- Frozen: written by `python -m sminion_guard.migrate.freeze` from sql/, never edited after its release.

-- roles/sminion_owner.sql
-- The owner of everything in schema `sminion`: it cannot log in, nobody stays its member, and only its own functions act as it.
-- Roles are cluster-wide, so another database may have made it already; a role of this name that could log in, or that
-- somebody can become, would hand every definer function to its members, so it is refused.
DO $sminion$
BEGIN
  IF EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'sminion_owner') THEN
    IF EXISTS (
      SELECT FROM pg_catalog.pg_roles
      WHERE rolname = 'sminion_owner'
        AND (rolcanlogin OR rolsuper OR rolcreaterole OR rolbypassrls OR rolreplication)
    ) THEN
      RAISE EXCEPTION USING ERRCODE = 'SG401',
        MESSAGE = 'role `sminion_owner` exists and is more than an owner',
        DETAIL = 'It may log in, or it has SUPERUSER, CREATEROLE, BYPASSRLS or REPLICATION.',
        HINT = 'Drop or rename that role, then install again.';
    END IF;
    -- From 16 on, whoever made a role may grant it and still cannot become it: set_option tells (15 has no such column).
    IF EXISTS (
      SELECT FROM pg_catalog.pg_auth_members m
      JOIN pg_catalog.pg_roles r ON r.oid = m.member
      WHERE m.roleid = (SELECT o.oid FROM pg_catalog.pg_roles o WHERE o.rolname = 'sminion_owner')
        AND r.rolname <> current_user AND NOT r.rolsuper
        AND coalesce((pg_catalog.to_jsonb(m) ->> 'set_option')::boolean
                     OR (pg_catalog.to_jsonb(m) ->> 'inherit_option')::boolean, true)
    ) THEN
      RAISE EXCEPTION USING ERRCODE = 'SG401',
        MESSAGE = 'role `sminion_owner` exists and has members',
        DETAIL = 'They would act as the owner of the access log.',
        HINT = 'Revoke the role from its members (see pg_auth_members), then install again.';
    END IF;
  ELSE
    CREATE ROLE sminion_owner NOLOGIN NOINHERIT NOCREATEDB NOCREATEROLE NOREPLICATION;
    COMMENT ON ROLE sminion_owner IS 'sminion_guard: owner of schema sminion';
  END IF;
  IF NOT (SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user) THEN
    -- Only until the end of the installation: see roles/release.sql.
    EXECUTE pg_catalog.format('GRANT sminion_owner TO %I', current_user);
  END IF;
END
$sminion$;

-- Remembered for the way back: RESET ROLE would forget a SET ROLE the DBA made before.
SELECT pg_catalog.set_config('sminion.installer', current_user, true);

CREATE SCHEMA sminion AUTHORIZATION sminion_owner;
COMMENT ON SCHEMA sminion IS 'sminion_guard: policy, tickets, subjects'' state and the access log';

SELECT pg_catalog.set_config('role', 'sminion_owner', true);

-- tables/policy_version.sql
-- Every policy that was ever in force here. An epoch is never reused: tickets carry it, so a ticket of an earlier
-- policy opens nothing.
CREATE TABLE sminion.policy_version (
  epoch      integer     GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name       text        NOT NULL,
  version    text        NOT NULL,
  digest     text        NOT NULL,
  document   jsonb       NOT NULL,
  applied_at timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
  applied_by name        NOT NULL DEFAULT session_user
);
COMMENT ON TABLE sminion.policy_version IS 'history of the policies in force; append-only';

-- tables/policy.sql
-- The policy in force: one row, or none before the first `apply`. The four masks are the formula of subject_state.mask.
CREATE TABLE sminion.policy (
  singleton       boolean  PRIMARY KEY DEFAULT true CHECK (singleton),
  epoch           integer  NOT NULL REFERENCES sminion.policy_version (epoch),
  name            text     NOT NULL,
  version         text     NOT NULL,
  digest          text     NOT NULL,
  subject_key     text     NOT NULL CHECK (subject_key IN ('bigint', 'uuid', 'text')),
  ticket_lifetime interval NOT NULL CHECK (ticket_lifetime > interval '0'),
  require_tls     boolean  NOT NULL,
  mask_epoch      integer  NOT NULL,
  default_bits    bigint   NOT NULL,
  consent_bits    bigint   NOT NULL,
  objection_bits  bigint   NOT NULL,
  blocked_bits    bigint   NOT NULL,
  -- a purpose that needs consent is not permitted by default
  CHECK (default_bits & consent_bits = 0),
  -- only a processing that is permitted by default can be objected to
  CHECK (objection_bits & ~default_bits = 0)
);
COMMENT ON COLUMN sminion.policy.mask_epoch IS 'epoch in which the formula of the masks last changed';
COMMENT ON TABLE sminion.policy IS 'the policy in force';
COMMENT ON COLUMN sminion.policy.default_bits IS 'purposes permitted without anything the subject did';
COMMENT ON COLUMN sminion.policy.consent_bits IS 'purposes permitted by consent only';
COMMENT ON COLUMN sminion.policy.objection_bits IS 'purposes a subject may object to';
COMMENT ON COLUMN sminion.policy.blocked_bits IS 'purposes that still see a blocked subject';

-- tables/purpose.sql
-- Which bit of `guard_mask` stands for which purpose. A bit is never given to another purpose, nor to the same purpose
-- on another basis: rows still carry what it meant when they were last settled.
CREATE TABLE sminion.purpose (
  bit          smallint PRIMARY KEY CHECK (bit BETWEEN 0 AND 59),
  name         text     NOT NULL,
  title        text     NOT NULL,
  basis        text     NOT NULL,
  sees_blocked boolean  NOT NULL,
  retired_at   timestamptz
);
CREATE UNIQUE INDEX purpose_name_in_force ON sminion.purpose (name) WHERE retired_at IS NULL;
COMMENT ON TABLE sminion.purpose IS 'purposes in force and retired, each with its bit of guard_mask';

-- tables/compartment.sql
-- A purpose together with one maximal set of mergeable schemas it reaches: one role.
CREATE TABLE sminion.compartment (
  id           smallint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  role         name     NOT NULL UNIQUE,
  purpose      text     NOT NULL,
  mask         bigint   NOT NULL,
  schemas      text[]   NOT NULL,
  sees_blocked boolean  NOT NULL,
  clashes      text[]   NOT NULL
);
COMMENT ON TABLE sminion.compartment IS 'compartments in force, one role each';
COMMENT ON COLUMN sminion.compartment.mask IS 'the one bit of the purpose';
COMMENT ON COLUMN sminion.compartment.clashes IS 'roles whose schemas may not be merged with these: not in one transaction';

-- tables/login.sql
-- Which login may act for which purpose in this database. Memberships are cluster-wide; this is not.
CREATE TABLE sminion.login (
  login                 name    NOT NULL,
  purpose               text    NOT NULL,
  may_hold_incompatible boolean NOT NULL,
  PRIMARY KEY (login, purpose)
);
COMMENT ON TABLE sminion.login IS 'logins and the purposes they may act for';

-- tables/protected_table.sql
-- The tables whose rows carry a mask, as `settle` and `backfill` need to know them.
CREATE TABLE sminion.protected_table (
  schema_name     text    NOT NULL,
  table_name      text    NOT NULL,
  subject_columns text[]  NOT NULL CHECK (pg_catalog.cardinality(subject_columns) > 0),
  key_type        text    NOT NULL CHECK (key_type IN ('bigint', 'uuid', 'text')),
  depth           integer NOT NULL DEFAULT 0 CHECK (depth >= 0),
  -- backfill: blocks below `next_block` carry the masks of `backfill_epoch`; NULL means done for that epoch
  next_block      bigint           DEFAULT 0 CHECK (next_block >= 0),
  PRIMARY KEY (schema_name, table_name)
);
COMMENT ON TABLE sminion.protected_table IS 'tables whose rows carry guard_mask, and how far their masks are filled in';
COMMENT ON COLUMN sminion.protected_table.depth IS 'steps from the subject: a child is filled after its parent';

-- tables/installed_object.sql
-- What the policy compiled to and is in place: the digest tells INSTALLED from OUTDATED; the fingerprint query
-- tells MISSING (no answer) and ALTERED (another answer than after installing);
-- the reverse removes what a later policy no longer has, without the compiler that made it.
CREATE TABLE sminion.installed_object (
  key        text        PRIMARY KEY,
  position   integer     NOT NULL,
  digest     text        NOT NULL,
  reverse    text        NOT NULL,
  fingerprint_query text NOT NULL,
  fingerprint text,
  applied_at timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp()
);
COMMENT ON TABLE sminion.installed_object IS 'compiled statements in place, with how to recognise and undo each';

-- tables/closed_grant.sql
-- Privileges that `apply` took from PUBLIC or from a login, so that the way back can give them again.
CREATE TABLE sminion.closed_grant (
  statement text        PRIMARY KEY,
  closed_at timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp()
);
COMMENT ON TABLE sminion.closed_grant IS 'grants taken away by apply, as the statements that give them back';

-- tables/subject_state.sql
-- What each subject permits. `mask` is a pure function of the other columns and of the policy (see sminion.mask); it is
-- stored because row triggers read it for every row they see.
CREATE TABLE sminion.subject_state (
  subject    text    COLLATE "C" PRIMARY KEY CHECK (subject <> ''),
  blocked    boolean NOT NULL DEFAULT false,
  consents   bigint  NOT NULL DEFAULT 0,
  objections bigint  NOT NULL DEFAULT 0,
  mask       bigint  NOT NULL,
  epoch      integer NOT NULL
)
-- States change in place, and row triggers lock them: leave room so that updates stay on the page.
WITH (fillfactor = 80);
COMMENT ON TABLE sminion.subject_state IS 'what each subject permits: consents, objections, block, and the mask they make';
-- For `remask` after a change of policy; empty predicates are not possible, so the index is on the epoch itself.
CREATE INDEX subject_state_epoch ON sminion.subject_state (epoch);

-- tables/withheld.sql
-- Subjects hidden from now on, before the masks of their rows are settled: read by every statement, so kept short.
CREATE TABLE sminion.withheld (
  subject text   COLLATE "C" PRIMARY KEY,
  denied  bigint NOT NULL CHECK (denied <> 0)
);
COMMENT ON TABLE sminion.withheld IS 'subjects withheld since the masks were last settled, and from which purposes';

-- tables/unsettled.sql
-- Subjects whose rows do not yet all carry their mask: the work of `settle`. Apart from `withheld`, which every
-- statement reads, because a million consents given in one import must not slow a single query.
CREATE TABLE sminion.unsettled (
  subject text        COLLATE "C" PRIMARY KEY,
  since   timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp()
);
CREATE INDEX unsettled_since ON sminion.unsettled (since);
COMMENT ON TABLE sminion.unsettled IS 'subjects whose rows wait for settle';

-- tables/subject_event.sql
-- What happened to each subject's state, for ever. Append-only: see triggers/subject_event_append_only.sql.
CREATE TABLE sminion.subject_event (
  id      bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at      timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
  subject text        COLLATE "C" NOT NULL,
  event   text        NOT NULL CHECK (event IN (
            'block', 'unblock', 'give_consent', 'withdraw_consent', 'object', 'withdraw_objection')),
  purpose text,
  reason  text        NOT NULL,
  actor   text        NOT NULL,
  login   name        NOT NULL DEFAULT session_user,
  epoch   integer     NOT NULL,
  -- a block concerns all purposes, everything else exactly one
  CHECK ((event IN ('block', 'unblock')) = (purpose IS NULL))
);
CREATE INDEX subject_event_subject ON sminion.subject_event (subject, at);
COMMENT ON TABLE sminion.subject_event IS 'history of subjects'' states; append-only';

-- tables/ticket.sql
-- The committed record of each access: who, why, from where, until when. The secret is not here, only its hash, so that
-- whoever reads the log cannot act with it.
CREATE TABLE sminion.ticket (
  id             bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  secret_hash    bytea       NOT NULL,
  -- The top-level transaction that wrote the row: while it runs, and after it rolled back, the ticket opens nothing.
  writer         xid8        NOT NULL DEFAULT pg_catalog.pg_current_xact_id(),
  opened_at      timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
  expires_at     timestamptz NOT NULL,
  login          name        NOT NULL,
  role           name        NOT NULL,
  mask           bigint      NOT NULL,
  -- the login may hold incompatible purposes, so each transaction must prove that it stays in one compartment
  alternating    boolean     NOT NULL,
  epoch          integer     NOT NULL,
  purpose        text        NOT NULL,
  basis          text        NOT NULL,
  basis_ref      text        CHECK (pg_catalog.length(basis_ref) <= 400),
  actor          text        NOT NULL CHECK (pg_catalog.length(actor) BETWEEN 1 AND 200),
  unit           text        CHECK (pg_catalog.length(unit) <= 200),
  reason         text        NOT NULL CHECK (pg_catalog.length(reason) BETWEEN 1 AND 1000),
  subject        text        COLLATE "C",
  client_address inet,
  encrypted      boolean     NOT NULL,
  application    text        NOT NULL,
  revoked_at     timestamptz,
  revoked_by     name,
  revoked_why    text,
  CHECK ((revoked_at IS NULL) = (revoked_by IS NULL) AND (revoked_at IS NULL) = (revoked_why IS NULL))
);
-- The log grows in time order: BRIN answers "last week" for almost nothing.
CREATE INDEX ticket_opened_at ON sminion.ticket USING brin (opened_at);
CREATE INDEX ticket_actor ON sminion.ticket (actor, opened_at);
CREATE INDEX ticket_subject ON sminion.ticket (subject, opened_at) WHERE subject IS NOT NULL;
COMMENT ON TABLE sminion.ticket IS 'every access: who, why, from where, until when';

-- tables/log_home.sql
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

-- tables/log_writer.sql
-- Each process that writes the log of statements: whose it is, and the place of its last row, so that a batch sent again
-- after a lost connection is written once, and none can be missing between two.
CREATE TABLE sminion.log_writer (
  id             bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  login          name        NOT NULL DEFAULT session_user,
  opened_at      timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
  client_address inet        DEFAULT pg_catalog.inet_client_addr(),
  application    text        NOT NULL DEFAULT pg_catalog.current_setting('application_name'),
  -- where the tickets of its events are; NULL for this database
  home           bigint      REFERENCES sminion.log_home (id),
  place          bigint      NOT NULL DEFAULT 0
)
-- Every batch moves `place`: leave room so that the row stays on its page.
WITH (fillfactor = 20);
COMMENT ON TABLE sminion.log_writer IS 'the processes that write the log of statements, and how far each has come';

-- tables/statement_shape.sql
-- What a statement is, apart from its occasion: its text without constants, what it touches, the verdict on it. An
-- application sends few shapes many times, so a statement's own row names its shape and stays short. Append-only; it holds
-- nobody's data, so retention leaves it alone.
CREATE TABLE sminion.statement_shape (
  id          bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  -- of all that follows but the time: one row per shape, whoever sends it
  digest      bytea       NOT NULL UNIQUE,
  seen_at     timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
  verdict     text        NOT NULL CHECK (verdict IN ('allowed', 'refused')),
  -- why it was refused; empty when it was allowed
  codes       text[]      NOT NULL,
  operations  text[]      NOT NULL CHECK (operations <@ ARRAY['collect', 'use', 'clarify', 'delete']),
  relations   text[]      NOT NULL,
  columns     text[]      NOT NULL,
  fingerprint text        NOT NULL,
  -- without constants and comments: the log must not become a copy of the data
  statement   text        NOT NULL,
  CHECK ((verdict = 'allowed') = (codes = '{}'))
);
COMMENT ON TABLE sminion.statement_shape IS 'the forms of statements: text without constants, what it touches, the verdict';

-- tables/statement_event.sql
-- One row per statement, written before its result is released. `writer` and `place` name it, and give the order in
-- which the application sent its statements. Append-only; partitions are made by sminion.extend_log.
--
-- What came of it stands here where it was known in time, as for most short statements; else, and for each further result,
-- in sminion.statement_result.
CREATE TABLE sminion.statement_event (
  at           timestamptz NOT NULL,
  writer       bigint      NOT NULL,
  place        bigint      NOT NULL,
  ticket       bigint      NOT NULL,
  shape        bigint      NOT NULL,
  -- by the analyzer, so that it was never sent, or by the server
  refused      boolean     NOT NULL,
  -- NULL while nothing is known; then as in sminion.statement_result
  outcome      text        CHECK (outcome IN ('done', 'refused', 'failed')),
  codes        text[],
  rows         bigint      CHECK (rows >= 0),
  microseconds bigint      CHECK (microseconds >= 0),
  bulk         bigint      CHECK (bulk >= 0),
  CHECK ((outcome = 'done') = (codes = '{}')),
  CHECK ((outcome IS NULL) = (codes IS NULL) AND (outcome IS NULL) = (microseconds IS NULL))
) PARTITION BY RANGE (at);
CREATE INDEX statement_event_at ON sminion.statement_event USING brin (at);
CREATE INDEX statement_event_place ON sminion.statement_event (writer, place);
CREATE INDEX statement_event_ticket ON sminion.statement_event (ticket);
CREATE INDEX statement_event_refused ON sminion.statement_event (at) WHERE refused;
COMMENT ON TABLE sminion.statement_event IS 'every statement: under which ticket, of which shape, what came of it';

-- tables/statement_result.sql
-- What came of a statement: one row for each result (a cursor has one per fetch, a statement that was cut off none).
-- Append-only; partitions are made by sminion.extend_log.
CREATE TABLE sminion.statement_result (
  at           timestamptz NOT NULL,
  writer       bigint      NOT NULL,
  -- the place of the statement
  statement    bigint      NOT NULL,
  outcome      text        NOT NULL CHECK (outcome IN ('done', 'refused', 'failed')),
  -- SQLSTATEs of what did not succeed
  codes        text[]      NOT NULL,
  rows         bigint      CHECK (rows >= 0),
  microseconds bigint      NOT NULL CHECK (microseconds >= 0),
  -- how many subjects were not listed one by one, because they were too many or their keys could not be read
  bulk         bigint      CHECK (bulk >= 0),
  CHECK ((outcome = 'done') = (codes = '{}'))
) PARTITION BY RANGE (at);
CREATE INDEX statement_result_at ON sminion.statement_result USING brin (at);
CREATE INDEX statement_result_statement ON sminion.statement_result (writer, statement);
CREATE INDEX statement_result_refused ON sminion.statement_result (at) WHERE outcome = 'refused';
COMMENT ON TABLE sminion.statement_result IS 'what came of each statement: outcome, rows, duration';

-- tables/statement_subject.sql
-- Whose data a result held: one compact row per result and subject. Append-only; partitions are made by
-- sminion.extend_log.
CREATE TABLE sminion.statement_subject (
  at        timestamptz NOT NULL,
  writer    bigint      NOT NULL,
  -- the place of the statement
  statement bigint      NOT NULL,
  subject   text        COLLATE "C" NOT NULL
) PARTITION BY RANGE (at);
CREATE INDEX statement_subject_at ON sminion.statement_subject USING brin (at);
CREATE INDEX statement_subject_subject ON sminion.statement_subject (subject, at);
COMMENT ON TABLE sminion.statement_subject IS 'whose data each result held';

-- tables/write_event.sql
-- One row per statement that wrote to a protected table, by whatever client: made by the table's own triggers in the
-- statement's transaction, so a write that was rolled back left none. Append-only; partitions are made by
-- sminion.extend_log.
CREATE TABLE sminion.write_event (
  at          timestamptz NOT NULL,
  id          bigint      NOT NULL,
  transaction xid8        NOT NULL,
  -- the one that was entered, if it is a ticket of this login; NULL for those whom row security does not bind
  ticket      bigint,
  login       name        NOT NULL,
  -- what the session acted as; in a definer function, what its caller acts as
  role        name        NOT NULL,
  operation   text        NOT NULL CHECK (operation IN ('collect', 'clarify', 'delete')),
  relation    text        NOT NULL,
  -- names, never values: those that got a value (collect), those whose value changed (clarify)
  columns     text[]      NOT NULL,
  -- NULL for all rows of the table at once, uncounted: TRUNCATE
  rows        bigint      CHECK (rows > 0),
  -- how many subjects were not listed one by one, because they were too many
  bulk        bigint      CHECK (bulk > 0),
  CHECK (rows IS NOT NULL OR operation = 'delete')
) PARTITION BY RANGE (at);
CREATE SEQUENCE sminion.write_number;
CREATE INDEX write_event_at ON sminion.write_event USING brin (at);
CREATE INDEX write_event_id ON sminion.write_event (id);
CREATE INDEX write_event_ticket ON sminion.write_event (ticket) WHERE ticket IS NOT NULL;
COMMENT ON TABLE sminion.write_event IS 'every write to a protected table: who, what, which columns, how many rows';

-- tables/write_subject.sql
-- Whose data a write touched, before it and after: one compact row per write and subject. Append-only; partitions are
-- made by sminion.extend_log.
CREATE TABLE sminion.write_subject (
  at      timestamptz NOT NULL,
  -- sminion.write_event.id
  event   bigint      NOT NULL,
  subject text        COLLATE "C" NOT NULL
) PARTITION BY RANGE (at);
CREATE INDEX write_subject_at ON sminion.write_subject USING brin (at);
CREATE INDEX write_subject_subject ON sminion.write_subject (subject, at);
COMMENT ON TABLE sminion.write_subject IS 'whose data each write touched';

-- tables/dropped_log.sql
-- Which months of the logs of statements and writes were dropped, by whom and why. Append-only.
CREATE TABLE sminion.dropped_log (
  id         bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at         timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
  login      name        NOT NULL DEFAULT session_user,
  reason     text        NOT NULL,
  month      date        NOT NULL,
  statements bigint      NOT NULL,
  writes     bigint      NOT NULL
);
COMMENT ON TABLE sminion.dropped_log IS 'months of the logs of statements and writes that retention dropped; append-only';

-- functions/append_only.sql
-- Trigger of tables that record what happened: no row is ever changed or removed, not even by the owner's own functions.
CREATE FUNCTION sminion.append_only() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $sminion$
BEGIN
  RAISE EXCEPTION USING ERRCODE = 'SG505',
    MESSAGE = format('`%I.%I` is append-only: %s refused', TG_TABLE_SCHEMA, TG_TABLE_NAME, lower(TG_OP)),
    HINT = 'Record a correction as a new event.';
END
$sminion$;

-- functions/ticket_append_only.sql
-- Trigger of the access log: a ticket is never removed, and changes in one way only, from open to revoked.
CREATE FUNCTION sminion.ticket_append_only() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  expected sminion.ticket;
BEGIN
  IF TG_OP = 'UPDATE' THEN
    expected := OLD;
    expected.revoked_at := NEW.revoked_at;
    expected.revoked_by := NEW.revoked_by;
    expected.revoked_why := NEW.revoked_why;
    IF OLD.revoked_at IS NULL AND NEW.revoked_at IS NOT NULL AND NEW = expected THEN
      RETURN NEW;
    END IF;
  END IF;
  RAISE EXCEPTION USING ERRCODE = 'SG505',
    MESSAGE = format('`sminion.ticket` is append-only: %s refused', lower(TG_OP)),
    HINT = 'A ticket can only be revoked: `sminion.revoke_ticket`.';
END
$sminion$;

-- triggers/policy_version_append_only.sql
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON sminion.policy_version
  FOR EACH ROW EXECUTE FUNCTION sminion.append_only();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON sminion.policy_version
  FOR EACH STATEMENT EXECUTE FUNCTION sminion.append_only();

-- triggers/subject_event_append_only.sql
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON sminion.subject_event
  FOR EACH ROW EXECUTE FUNCTION sminion.append_only();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON sminion.subject_event
  FOR EACH STATEMENT EXECUTE FUNCTION sminion.append_only();

-- triggers/ticket_append_only.sql
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON sminion.ticket
  FOR EACH ROW EXECUTE FUNCTION sminion.ticket_append_only();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON sminion.ticket
  FOR EACH STATEMENT EXECUTE FUNCTION sminion.append_only();

-- triggers/statement_shape_append_only.sql
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON sminion.statement_shape
  FOR EACH ROW EXECUTE FUNCTION sminion.append_only();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON sminion.statement_shape
  FOR EACH STATEMENT EXECUTE FUNCTION sminion.append_only();

-- triggers/statement_event_append_only.sql
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON sminion.statement_event
  FOR EACH ROW EXECUTE FUNCTION sminion.append_only();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON sminion.statement_event
  FOR EACH STATEMENT EXECUTE FUNCTION sminion.append_only();

-- triggers/statement_result_append_only.sql
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON sminion.statement_result
  FOR EACH ROW EXECUTE FUNCTION sminion.append_only();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON sminion.statement_result
  FOR EACH STATEMENT EXECUTE FUNCTION sminion.append_only();

-- triggers/statement_subject_append_only.sql
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON sminion.statement_subject
  FOR EACH ROW EXECUTE FUNCTION sminion.append_only();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON sminion.statement_subject
  FOR EACH STATEMENT EXECUTE FUNCTION sminion.append_only();

-- triggers/write_event_append_only.sql
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON sminion.write_event
  FOR EACH ROW EXECUTE FUNCTION sminion.append_only();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON sminion.write_event
  FOR EACH STATEMENT EXECUTE FUNCTION sminion.append_only();

-- triggers/write_subject_append_only.sql
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON sminion.write_subject
  FOR EACH ROW EXECUTE FUNCTION sminion.append_only();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON sminion.write_subject
  FOR EACH STATEMENT EXECUTE FUNCTION sminion.append_only();

-- triggers/dropped_log_append_only.sql
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON sminion.dropped_log
  FOR EACH ROW EXECUTE FUNCTION sminion.append_only();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON sminion.dropped_log
  FOR EACH STATEMENT EXECUTE FUNCTION sminion.append_only();

-- functions/require_reason.sql
-- Every change of a state or a ticket says why.
CREATE FUNCTION sminion.require_reason(reason text) RETURNS void
LANGUAGE plpgsql
IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $sminion$
BEGIN
  IF coalesce(btrim(reason), '') = '' THEN
    RAISE EXCEPTION USING ERRCODE = 'SG506', MESSAGE = 'the reason is empty', HINT = 'Pass a non-empty reason.';
  END IF;
END
$sminion$;

-- functions/subject_key.sql
-- A subject's key in the one form in which states and tickets keep it: as its type in the policy prints it.
CREATE FUNCTION sminion.subject_key(raw text) RETURNS text
LANGUAGE plpgsql
STABLE
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  kind text := (SELECT p.subject_key FROM sminion.policy p);
BEGIN
  IF coalesce(raw, '') = '' OR kind IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'SG504',
      MESSAGE = CASE WHEN kind IS NULL THEN 'no policy is in force in this database' ELSE 'the subject is empty' END,
      HINT = 'Pass the key as it stands in the subject column.';
  END IF;
  RETURN CASE kind WHEN 'bigint' THEN raw::bigint::text WHEN 'uuid' THEN raw::uuid::text WHEN 'text' THEN raw END;
EXCEPTION WHEN invalid_text_representation OR numeric_value_out_of_range THEN
  RAISE EXCEPTION USING ERRCODE = 'SG504',
    MESSAGE = format('`%s` is not a subject key of type %s', left(raw, 80), kind),
    HINT = 'Pass the key as it stands in the subject column.';
END
$sminion$;

-- functions/mask.sql
-- The purposes that a state permits, as bits: the defaults and the consents, less the objections, and of a blocked subject
-- only the purposes that still see it.
CREATE FUNCTION sminion.mask(policy sminion.policy, blocked boolean, consents bigint, objections bigint) RETURNS bigint
LANGUAGE sql
IMMUTABLE
RETURN (policy.default_bits | (consents & policy.consent_bits))
     & ~(objections & policy.objection_bits)
     & CASE WHEN blocked THEN policy.blocked_bits ELSE ~0::bigint END;

-- functions/first_sight.sql
-- The mask of a subject that row triggers do not know yet: its default state is recorded, so that there is a row to lock.
-- NULL is nobody's subject, and permits nothing.
CREATE FUNCTION sminion.first_sight(key text) RETURNS bigint
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  permitted bigint;
BEGIN
  IF coalesce(key, '') = '' THEN
    RETURN 0;
  END IF;
  INSERT INTO sminion.subject_state (subject, mask, epoch)
  SELECT key, sminion.mask(p, false, 0, 0), p.mask_epoch FROM sminion.policy p
  ON CONFLICT (subject) DO NOTHING;
  SELECT s.mask INTO permitted FROM sminion.subject_state s WHERE s.subject = key FOR SHARE;
  -- Without a policy in force there is no state, and nothing is permitted.
  RETURN coalesce(permitted, 0);
END
$sminion$;

-- functions/purpose_bit.sql
-- The bit of a purpose whose basis gives this event a meaning; raises otherwise.
CREATE FUNCTION sminion.purpose_bit(purpose text, event text) RETURNS bigint
LANGUAGE plpgsql
STABLE
SET search_path = pg_catalog, pg_temp
AS $sminion$
#variable_conflict use_variable
DECLARE
  found_bit   smallint;
  found_basis text;
BEGIN
  SELECT p.bit, p.basis INTO found_bit, found_basis
  FROM sminion.purpose p WHERE p.name = purpose AND p.retired_at IS NULL;
  IF NOT FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'SG501',
      MESSAGE = format('the policy in force has no purpose `%s`', purpose),
      HINT = 'See `sminion-guard policy show`.';
  ELSIF event IN ('give_consent', 'withdraw_consent') AND found_basis <> 'consent' THEN
    RAISE EXCEPTION USING ERRCODE = 'SG502',
      MESSAGE = format('purpose `%s` rests on %s, not on consent', purpose, found_basis),
      HINT = 'Use `sminion.object` for a legitimate interest; a contract or law leaves no choice.';
  ELSIF event IN ('object', 'withdraw_objection') AND found_basis <> 'legitimate_interest' THEN
    RAISE EXCEPTION USING ERRCODE = 'SG503',
      MESSAGE = format('purpose `%s` rests on %s, not on a legitimate interest', purpose, found_basis),
      HINT = 'Use `sminion.withdraw_consent` for a consent; a contract or law leaves no choice.';
  END IF;
  RETURN 1::bigint << found_bit;
END
$sminion$;

-- functions/change_state.sql
-- The one way a subject's state changes. In order: take the exclusive lock on the state, for which row triggers take the
-- share lock (so a write either committed before, or sees the new state and is refused); store state and mask; withhold at
-- once what is no longer permitted; queue the rows for settling; write history. Permissions that come back follow with
-- settling, except that what was only withheld stops being withheld.
CREATE FUNCTION sminion.change_state(raw text, event text, purpose text, reason text, actor text) RETURNS boolean
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  key      text := sminion.subject_key(raw);
  in_force sminion.policy;
  before   sminion.subject_state;
  after    sminion.subject_state;
  bit      bigint := 0;
BEGIN
  PERFORM sminion.require_reason(reason);
  SELECT p.* INTO STRICT in_force FROM sminion.policy p;
  IF purpose IS NOT NULL THEN
    bit := sminion.purpose_bit(purpose, event);
  END IF;

  PERFORM sminion.first_sight(key);
  SELECT s.* INTO STRICT before FROM sminion.subject_state s WHERE s.subject = key FOR UPDATE;
  after := before;
  CASE event
    WHEN 'block'              THEN after.blocked := true;
    WHEN 'unblock'            THEN after.blocked := false;
    WHEN 'give_consent'       THEN after.consents := before.consents | bit;
    WHEN 'withdraw_consent'   THEN after.consents := before.consents & ~bit;
    WHEN 'object'             THEN after.objections := before.objections | bit;
    WHEN 'withdraw_objection' THEN after.objections := before.objections & ~bit;
  END CASE;
  after.mask := sminion.mask(in_force, after.blocked, after.consents, after.objections);
  after.epoch := in_force.mask_epoch;

  INSERT INTO sminion.subject_event (subject, event, purpose, reason, actor, epoch)
  VALUES (key, event, purpose, reason, coalesce(nullif(btrim(actor), ''), session_user), in_force.epoch);
  IF after = before THEN
    RETURN false;
  END IF;

  UPDATE sminion.subject_state s
  SET blocked = after.blocked, consents = after.consents, objections = after.objections, mask = after.mask,
      epoch = after.epoch
  WHERE s.subject = key;

  IF before.mask & ~after.mask <> 0 THEN
    INSERT INTO sminion.withheld AS w (subject, denied) VALUES (key, before.mask & ~after.mask)
    ON CONFLICT (subject) DO UPDATE SET denied = w.denied | excluded.denied;
  END IF;
  -- Two steps, since `denied` is never 0: what the new state permits is withheld no longer.
  DELETE FROM sminion.withheld w WHERE w.subject = key AND w.denied & ~after.mask = 0;
  UPDATE sminion.withheld w SET denied = w.denied & ~after.mask WHERE w.subject = key AND w.denied & after.mask <> 0;

  INSERT INTO sminion.unsettled (subject) VALUES (key) ON CONFLICT (subject) DO NOTHING;
  RETURN true;
END
$sminion$;
COMMENT ON FUNCTION sminion.change_state(text, text, text, text, text) IS 'true when the state changed';

-- functions/block.sql
-- Suspends the processing of a subject's data, except storage and purposes that see blocked subjects.
CREATE FUNCTION sminion.block(subject text, reason text, actor text DEFAULT NULL) RETURNS boolean
LANGUAGE sql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
  SELECT sminion.change_state(subject, 'block', NULL, reason, actor)
$sminion$;
COMMENT ON FUNCTION sminion.block(text, text, text) IS 'true when the state changed; see subject_history';

-- functions/unblock.sql
-- Ends a block. Rows become visible again as they are settled.
CREATE FUNCTION sminion.unblock(subject text, reason text, actor text DEFAULT NULL) RETURNS boolean
LANGUAGE sql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
  SELECT sminion.change_state(subject, 'unblock', NULL, reason, actor)
$sminion$;
COMMENT ON FUNCTION sminion.unblock(text, text, text) IS 'true when the state changed; see subject_history';

-- functions/give_consent.sql
-- Records a consent to one purpose that rests on consent. Rows become visible to it as they are settled.
CREATE FUNCTION sminion.give_consent(subject text, purpose text, reason text, actor text DEFAULT NULL) RETURNS boolean
LANGUAGE sql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
  SELECT sminion.change_state(subject, 'give_consent', purpose, reason, actor)
$sminion$;
COMMENT ON FUNCTION sminion.give_consent(text, text, text, text) IS 'true when the state changed; see subject_history';

-- functions/withdraw_consent.sql
-- Withdraws a consent: hidden from the purpose at the next statement of every session.
CREATE FUNCTION sminion.withdraw_consent(subject text, purpose text, reason text, actor text DEFAULT NULL) RETURNS boolean
LANGUAGE sql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
  SELECT sminion.change_state(subject, 'withdraw_consent', purpose, reason, actor)
$sminion$;
COMMENT ON FUNCTION sminion.withdraw_consent(text, text, text, text) IS 'true when the state changed; see subject_history';

-- functions/object.sql
-- Records an objection to one purpose that rests on a legitimate interest: hidden at the next statement.
CREATE FUNCTION sminion.object(subject text, purpose text, reason text, actor text DEFAULT NULL) RETURNS boolean
LANGUAGE sql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
  SELECT sminion.change_state(subject, 'object', purpose, reason, actor)
$sminion$;
COMMENT ON FUNCTION sminion.object(text, text, text, text) IS 'true when the state changed; see subject_history';

-- functions/withdraw_objection.sql
-- Takes an objection back. Rows become visible again as they are settled.
CREATE FUNCTION sminion.withdraw_objection(subject text, purpose text, reason text, actor text DEFAULT NULL) RETURNS boolean
LANGUAGE sql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
  SELECT sminion.change_state(subject, 'withdraw_objection', purpose, reason, actor)
$sminion$;
COMMENT ON FUNCTION sminion.withdraw_objection(text, text, text, text) IS 'true when the state changed; see subject_history';

-- functions/stale_rows.sql
-- The condition, over alias `t`, for rows of one table whose mask is not that of their subjects: SQL text for EXECUTE.
-- A row whose subject is NULL permits nothing; a row with several subjects permits what all of them permit; a child
-- without a subject (its parent came later) is looked at again each time.
CREATE FUNCTION sminion.stale_rows(target sminion.protected_table) RETURNS text
LANGUAGE sql
STABLE
SET search_path = pg_catalog, pg_temp
AS $sminion$
  SELECT format(
    't.guard_mask IS DISTINCT FROM CASE WHEN %s THEN 0 ELSE coalesce((SELECT bit_and(s.mask)'
    || ' FROM sminion.subject_state s WHERE s.subject = ANY (ARRAY[%s])), -1) END%s',
    string_agg(format('t.%I IS NULL', c.name), ' OR ' ORDER BY c.name),
    string_agg(format('t.%I::text', c.name), ', ' ORDER BY c.name),
    CASE WHEN target.depth > 0 THEN ' OR t.guard_subject IS NULL' ELSE '' END)
  FROM unnest(target.subject_columns) AS c (name)
$sminion$;

-- functions/settle.sql
-- Moves withheld subjects into the masks of their rows: at most `subjects` subjects and `row_limit` rows a call, one short
-- transaction of the caller. A subject with a million rows takes several calls and stays withheld until the last.
-- Returns the subjects that wait still.
--
-- The states are locked (shared) for the call, so none changes under it; those that just change are left for the next call.
-- A subject leaves `withheld` in the transaction that sets its last row, so every snapshot sees one or the other.
CREATE FUNCTION sminion.settle(subjects integer DEFAULT 500, row_limit integer DEFAULT 20000) RETURNS bigint
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  candidates text[];
  chosen     text[];
  target     sminion.protected_table;
  remaining  bigint := greatest(row_limit, 1);
  changed    bigint;
BEGIN
  -- Without a month to write to nobody could write or read any more, so whoever settles makes the next ones too.
  IF to_regclass('sminion.write_subject'
       || to_char(clock_timestamp() AT TIME ZONE 'UTC' + interval '1 month', '_YYYY_MM')) IS NULL
  THEN
    PERFORM sminion.extend_log();
  END IF;

  -- State before queue, as change_state does: the other order would deadlock with it.
  candidates := ARRAY(SELECT u.subject FROM sminion.unsettled u ORDER BY u.since LIMIT greatest(subjects, 1));
  chosen := ARRAY(
    SELECT s.subject FROM sminion.subject_state s WHERE s.subject = ANY (candidates)
    ORDER BY s.subject FOR SHARE SKIP LOCKED);
  -- Locked and taken: of two settling at once, the second finds nothing of the first's.
  chosen := ARRAY(
    SELECT u.subject FROM sminion.unsettled u WHERE u.subject = ANY (chosen) ORDER BY u.subject FOR UPDATE SKIP LOCKED);

  FOR target IN SELECT p.* FROM sminion.protected_table p ORDER BY p.depth, p.schema_name, p.table_name LOOP
    -- tableoid beside ctid: in a partitioned table each partition counts its blocks from 0.
    EXECUTE format(
      'WITH todo AS (SELECT t.tableoid, t.ctid FROM %1$I.%2$I AS t WHERE (%3$s) AND (%4$s) LIMIT $2) '
      || 'UPDATE %1$I.%2$I AS t SET guard_mask = t.guard_mask FROM todo '
      || 'WHERE t.ctid = todo.ctid AND t.tableoid = todo.tableoid',
      target.schema_name, target.table_name,
      (SELECT string_agg(format('t.%I = ANY ($1::text[]::%s[])', c.name, target.key_type), ' OR ' ORDER BY c.name)
       FROM unnest(target.subject_columns) AS c (name)),
      sminion.stale_rows(target))
    USING chosen, remaining;
    GET DIAGNOSTICS changed = ROW_COUNT;
    remaining := remaining - changed;
    IF remaining <= 0 THEN
      RETURN (SELECT count(*) FROM sminion.unsettled);
    END IF;
  END LOOP;

  DELETE FROM sminion.withheld w WHERE w.subject = ANY (chosen);
  DELETE FROM sminion.unsettled u WHERE u.subject = ANY (chosen);
  RETURN (SELECT count(*) FROM sminion.unsettled);
END
$sminion$;

-- functions/remask.sql
-- After a change of policy: computes the masks of the next states that still carry an earlier epoch's, and returns how
-- many it did; 0 when all are done. The rows follow with `backfill`, which `apply` has set back.
CREATE FUNCTION sminion.remask(batch integer DEFAULT 5000) RETURNS bigint
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  changed bigint;
BEGIN
  UPDATE sminion.subject_state s
  SET mask = sminion.mask(p, s.blocked, s.consents, s.objections), epoch = p.mask_epoch
  FROM sminion.policy p,
       (SELECT q.subject FROM sminion.subject_state q
        WHERE q.epoch < (SELECT r.mask_epoch FROM sminion.policy r)
        ORDER BY q.subject LIMIT greatest(batch, 1) FOR UPDATE SKIP LOCKED) todo
  WHERE s.subject = todo.subject;
  GET DIAGNOSTICS changed = ROW_COUNT;
  RETURN changed;
END
$sminion$;

-- functions/backfill.sql
-- Fills in the masks of the next blocks of the next unfinished table and says how far it is; no row when all are done, or
-- when another session is at work on each. One call is one short transaction of the caller, so it can be interrupted
-- and goes on where it stopped, and two may run at once. It only touches rows: their trigger computes the mask.
-- A block range and not a key range, so that no table needs an index for it, and none is scanned twice.
CREATE FUNCTION sminion.backfill(
  blocks integer DEFAULT 256,
  OUT schema_name text, OUT table_name text, OUT done_blocks bigint, OUT total_blocks bigint, OUT rows_changed bigint
) RETURNS SETOF record
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
#variable_conflict use_column
DECLARE
  target sminion.protected_table;
  start  bigint;
BEGIN
  -- A child's subject is found through its parent, which must be filled in before: lowest depth first, and none deeper
  -- while one above is unfinished (even if another session holds it).
  SELECT p.* INTO target
  FROM sminion.protected_table p
  WHERE p.next_block IS NOT NULL
    AND p.depth = (SELECT min(q.depth) FROM sminion.protected_table q WHERE q.next_block IS NOT NULL)
  ORDER BY p.schema_name, p.table_name
  LIMIT 1
  FOR UPDATE SKIP LOCKED;
  IF NOT FOUND THEN
    RETURN;
  END IF;

  SELECT coalesce(max(pg_relation_size(m.relid) / current_setting('block_size')::bigint), 0) INTO total_blocks
  FROM (
    SELECT t.relid::oid FROM pg_partition_tree(format('%I.%I', target.schema_name, target.table_name)::regclass) t
    WHERE t.isleaf
    UNION ALL
    SELECT format('%I.%I', target.schema_name, target.table_name)::regclass::oid
  ) m (relid)
  JOIN pg_class c ON c.oid = m.relid AND c.relkind = 'r';

  start := target.next_block;
  done_blocks := least(start + greatest(blocks, 1), total_blocks);
  EXECUTE format(
    'UPDATE %I.%I AS t SET guard_mask = t.guard_mask WHERE t.ctid >= $1 AND t.ctid < $2 AND (%s)',
    target.schema_name, target.table_name, sminion.stale_rows(target))
  USING format('(%s,0)', start)::tid, format('(%s,0)', done_blocks)::tid;
  GET DIAGNOSTICS rows_changed = ROW_COUNT;

  UPDATE sminion.protected_table p
  SET next_block = CASE WHEN done_blocks < total_blocks THEN done_blocks END
  WHERE p.schema_name = target.schema_name AND p.table_name = target.table_name;
  schema_name := target.schema_name;
  table_name := target.table_name;
  RETURN NEXT;
END
$sminion$;

-- functions/moved.sql
-- Called by a parent's trigger when its subject changed, before its children are touched. Row triggers of children hold the
-- share lock of the subject they found: taking that subject's state exclusively waits for them, and updating it makes a
-- child that is being written in REPEATABLE READ fail rather than keep the old subject.
CREATE FUNCTION sminion.moved(key text) RETURNS void
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
BEGIN
  IF current_setting('transaction_isolation') <> 'read committed' THEN
    RAISE EXCEPTION USING ERRCODE = 'SG402',
      MESSAGE = 'a row moves to another subject in READ COMMITTED transactions only',
      DETAIL = 'An older snapshot could miss children that were written in the meantime.',
      HINT = 'Repeat it in a READ COMMITTED transaction.';
  END IF;
  UPDATE sminion.subject_state s SET mask = s.mask WHERE s.subject = key;
END
$sminion$;

-- functions/permit_delete.sql
-- Called by row triggers before a row is deleted, with the mask read under the share lock of the subject's state: a block
-- that committed since the statement began wins. Roles that are no compartment delete nothing through row security
-- but for `sminion_owner`; when the role cannot be told (it was changed in mid-statement), what is blocked stays.
CREATE FUNCTION sminion.permit_delete(permitted bigint) RETURNS void
LANGUAGE plpgsql
STABLE
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  acting text := current_setting('role');
  needed bigint;
BEGIN
  SELECT c.mask INTO needed FROM sminion.compartment c WHERE c.role = acting;
  IF NOT FOUND THEN
    IF acting = 'sminion_owner'
       OR (acting = 'none' AND EXISTS (
             SELECT FROM pg_roles r WHERE r.rolname = session_user AND (r.rolsuper OR r.rolbypassrls)))
    THEN
      RETURN;
    END IF;
    needed := (SELECT p.default_bits & ~p.blocked_bits FROM sminion.policy p);
  END IF;
  -- Nothing to hold the mask against, as where every purpose needs consent, is no permission either.
  IF coalesce(needed, 0) = 0 OR permitted & needed <> needed THEN
    RAISE EXCEPTION USING ERRCODE = 'SG216',
      MESSAGE = 'processing of this subject''s data is not permitted',
      DETAIL = 'The subject''s state changed while the statement ran.',
      HINT = 'Leave the subject''s data alone; the privacy officer can see why.';
  END IF;
END
$sminion$;

-- functions/stay_in_compartment.sql
-- Marks the transaction as one of this compartment, and refuses it when it is one of a compartment that clashes.
-- Called for logins that may hold incompatible purposes; for all others the login's purposes are mergeable anyway.
--
-- The mark is a lock on an empty table of the compartment (see record_policy), held to the end of the transaction. Only
-- `sminion_owner` may lock it, so a client can neither release nor forge it: an advisory lock could be taken by the client
-- itself, in code that then lets it go. ROW SHARE is allowed in READ ONLY transactions and on a hot standby, disturbs nobody,
-- and tells the mark from somebody who reads the table.
--
-- ROLLBACK TO SAVEPOINT and COMMIT release it, together with all that the database kept of the other side. Variables of
-- procedural code survive both: a DO block could read one side, roll its inner block back (or COMMIT), and read the other.
-- So the first mark of a transaction is made outside of code, by `enter` or by a plain statement: code then finds a mark
-- that it cannot lose. The call stack tells; its outermost line is the last.
CREATE FUNCTION sminion.stay_in_compartment(entering name) RETURNS void
LANGUAGE plpgsql
VOLATILE
PARALLEL RESTRICTED
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  own    sminion.compartment;
  marked name[];
  stack  text;
  other  name;
BEGIN
  SELECT c.* INTO STRICT own FROM sminion.compartment c WHERE c.role = entering;
  marked := ARRAY(
    SELECT c.role
    FROM pg_locks l
    JOIN sminion.compartment c ON l.relation = to_regclass('sminion.mark_' || c.id)
    WHERE l.locktype = 'relation' AND l.pid = pg_backend_pid() AND l.mode = 'RowShareLock' AND l.granted
      AND l.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database()));
  SELECT m.role INTO other FROM unnest(marked) AS m (role) WHERE m.role = ANY (own.clashes) LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'SG210',
      MESSAGE = format('this transaction entered compartment `%s` and cannot enter `%s`', other, entering),
      DETAIL = 'The two hold data collected for incompatible purposes.',
      HINT = 'End the transaction first.';
  END IF;
  IF entering = ANY (marked) THEN
    RETURN;
  END IF;

  GET DIAGNOSTICS stack = PG_CONTEXT;
  IF stack !~ E'(^|\n)[^"\n]* sminion\\.(context\\(name,name\\)|enter\\(text\\)) [^"\n]*$' THEN
    RAISE EXCEPTION USING ERRCODE = 'SG220',
      MESSAGE = format('compartment `%s` must be entered before code runs in it', entering),
      DETAIL = 'Variables of a DO block or function would outlive the compartment in which they were filled.',
      HINT = 'Call `sminion.enter` as a statement of its own, first in the transaction.';
  END IF;
  EXECUTE format('LOCK TABLE sminion.%I IN ROW SHARE MODE', 'mark_' || own.id);
END
$sminion$;

-- functions/refuse_ticket.sql
-- Says why a ticket does not open an access. Apart from sminion.context, which decides on the hot path whether it does.
CREATE FUNCTION sminion.refuse_ticket(token text, planned name) RETURNS void
LANGUAGE plpgsql
STABLE
PARALLEL RESTRICTED
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  t sminion.ticket;
BEGIN
  SELECT k.* INTO t
  FROM sminion.ticket k
  WHERE k.id = split_part(token, '.', 1)::bigint
    AND k.secret_hash = sha256(convert_to(split_part(token, '.', 2), 'UTF8'))
    AND token = concat_ws('.', k.id, split_part(token, '.', 2), k.role);
  IF t.id IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'SG202',
      MESSAGE = 'no ticket has this token',
      DETAIL = 'It was never opened, it was rolled back, or it was opened after this transaction took its snapshot.',
      HINT = 'Open a ticket with `sminion.open_ticket`, commit, and begin the transaction afterwards.';
  ELSIF t.login <> session_user THEN
    RAISE EXCEPTION USING ERRCODE = 'SG206',
      MESSAGE = format('ticket %s belongs to another login than `%s`', t.id, session_user),
      HINT = 'Open a ticket with the login that uses it.';
  ELSIF pg_xact_status(t.writer) IS DISTINCT FROM 'committed' THEN
    RAISE EXCEPTION USING ERRCODE = 'SG203',
      MESSAGE = format('ticket %s is not committed', t.id),
      DETAIL = 'A ticket that can still be rolled back leaves no trace.',
      HINT = 'Commit the transaction that opened the ticket before you use it.';
  ELSIF t.revoked_at IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'SG205',
      MESSAGE = format('ticket %s was revoked', t.id),
      HINT = 'Ask the privacy officer.';
  ELSIF t.epoch IS DISTINCT FROM (SELECT p.epoch FROM sminion.policy p) THEN
    RAISE EXCEPTION USING ERRCODE = 'SG208',
      MESSAGE = format('ticket %s was opened under an earlier policy', t.id),
      HINT = 'Open a new ticket.';
  ELSIF t.expires_at <= clock_timestamp() THEN
    RAISE EXCEPTION USING ERRCODE = 'SG204',
      MESSAGE = format('ticket %s expired at %s', t.id, t.expires_at),
      HINT = 'Open a new ticket.';
  ELSIF t.role <> planned THEN
    RAISE EXCEPTION USING ERRCODE = 'SG207',
      MESSAGE = format('ticket %s opens compartment `%s`, not `%s`', t.id, t.role, planned),
      HINT = 'Activate the ticket with `sminion.enter`, which sets the role too.';
  ELSIF EXISTS (SELECT FROM pg_cursor() c WHERE c.is_holdable) THEN
    RAISE EXCEPTION USING ERRCODE = 'SG209',
      MESSAGE = 'the session has a WITH HOLD cursor',
      DETAIL = 'It outlives transaction, role and block, so nothing could govern what it holds.',
      HINT = 'Close it, or declare the cursor without WITH HOLD.';
  END IF;
  RAISE EXCEPTION USING ERRCODE = 'SG202', MESSAGE = format('ticket %s does not open this access', t.id);
END
$sminion$;

-- functions/context.sql
-- The floor of every protected table: called once per statement and table by the restrictive policy of each compartment
-- role. It raises unless the transaction stands under a ticket that is committed, current and this login's; else it
-- returns the subjects withheld from the role since the masks were last settled (normally none).
--
-- planned:  the role the statement was planned for, a constant in the policy.
-- acting:   current_user where the policy is evaluated. The two differ when a cursor or a function changed the role after
--           planning: the privileges were checked for one role and the ticket would be another's (SG217).
--
-- STABLE is part of the promise: the withheld subjects are then read with the snapshot of the statement itself. Were it
-- newer, a subject settled in between would be gone from this list while the statement still sees its old mask.
-- PARALLEL RESTRICTED: the leader calls it, the workers get the result, so parallel plans stay.
-- The secret is compared as a hash, and the row's writer must have committed: a row seen is not a row kept (a ticket
-- opened in this transaction), and a transaction committed is not a row kept (a ticket rolled back to a savepoint).
CREATE FUNCTION sminion.context(planned name, acting name) RETURNS text[]
LANGUAGE plpgsql
STABLE
PARALLEL RESTRICTED
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  token text := current_setting('sminion.token', true);
  t     record;
BEGIN
  IF acting <> planned THEN
    RAISE EXCEPTION USING ERRCODE = 'SG217',
      MESSAGE = format('the statement was planned for role `%s` and runs as `%s`', planned, acting),
      HINT = 'Do not change the role while a statement or cursor is open.';
  END IF;
  IF coalesce(token, '') = '' THEN
    RAISE EXCEPTION USING ERRCODE = 'SG201',
      MESSAGE = 'no ticket: this access has no recorded reason',
      HINT = 'Open a ticket with `sminion.open_ticket`, commit, and activate it with `sminion.enter`.';
  END IF;
  -- Only what the cast below needs; all of the token is compared. (A regular expression costs a fifth of the whole call.)
  IF length(split_part(token, '.', 1)) NOT BETWEEN 1 AND 18 OR ltrim(split_part(token, '.', 1), '0123456789') <> '' THEN
    RAISE EXCEPTION USING ERRCODE = 'SG202',
      MESSAGE = 'the token is not one of a ticket',
      HINT = 'Pass the token unchanged as `sminion.open_ticket` returned it.';
  END IF;

  SELECT k.login, k.role, k.epoch, k.expires_at, k.revoked_at, k.mask, k.alternating,
         pg_xact_status(k.writer) AS written,
         (SELECT p.epoch FROM sminion.policy p) AS current_epoch,
         EXISTS (SELECT FROM pg_cursor() c WHERE c.is_holdable) AS holdable,
         ARRAY(SELECT w.subject FROM sminion.withheld w WHERE w.denied & k.mask <> 0) AS withheld
  INTO t
  FROM sminion.ticket k
  WHERE k.id = split_part(token, '.', 1)::bigint
    AND k.secret_hash = sha256(convert_to(split_part(token, '.', 2), 'UTF8'))
    AND token = concat_ws('.', k.id, split_part(token, '.', 2), k.role);

  IF t.login = session_user AND t.role = planned AND t.epoch = t.current_epoch AND t.written = 'committed'
     AND t.revoked_at IS NULL AND t.expires_at > clock_timestamp() AND NOT t.holdable
  THEN
    IF t.alternating THEN
      PERFORM sminion.stay_in_compartment(planned);
    END IF;
    RETURN t.withheld;
  END IF;

  PERFORM sminion.refuse_ticket(token, planned);
  -- Not reached while refuse_ticket does its work; if it ever returned, there would still be no row.
  RAISE EXCEPTION USING ERRCODE = 'SG202', MESSAGE = 'the ticket does not open this access';
END
$sminion$;

-- functions/named_subject.sql
-- The one subject a ticket of a purpose that sees blocked subjects was opened for. The floor of such a role compares with
-- it, so that "sees blocked" never means "sees everybody".
CREATE FUNCTION sminion.named_subject(planned name, acting name) RETURNS text
LANGUAGE plpgsql
STABLE
PARALLEL RESTRICTED
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  named text;
BEGIN
  PERFORM sminion.context(planned, acting);
  SELECT k.subject INTO named
  FROM sminion.ticket k
  WHERE k.id = split_part(current_setting('sminion.token', true), '.', 1)::bigint;
  IF named IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'SG214',
      MESSAGE = 'the ticket names no subject',
      HINT = 'Pass `subject => ...` when you open the ticket.';
  END IF;
  RETURN named;
END
$sminion$;

-- functions/enter.sql
-- Activates a ticket for this transaction: token and role, both until its end. SECURITY INVOKER because a definer function
-- cannot change the role; it decides nothing, sminion.context does, here and again in every statement. Asked before the role
-- changes, so that a token of another login is refused for what it is.
CREATE FUNCTION sminion.enter(token text) RETURNS void
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  compartment name := split_part(token, '.', 3);
BEGIN
  PERFORM set_config('sminion.token', token, true);
  PERFORM sminion.context(compartment, compartment);
  PERFORM set_config('role', compartment, true);
END
$sminion$;

-- functions/open_ticket.sql
-- Writes the committed record of an access and returns its token: `id.secret.role`. The row keeps only the secret's hash.
-- The token opens nothing before the transaction that wrote it has committed, and nothing for another login.
CREATE FUNCTION sminion.open_ticket(
  purpose   text,
  actor     text,
  reason    text,
  schemas   text[] DEFAULT NULL,
  unit      text   DEFAULT NULL,
  basis_ref text   DEFAULT NULL,
  subject   text   DEFAULT NULL
) RETURNS text
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
#variable_conflict use_column
DECLARE
  in_force  sminion.policy;
  held      sminion.login;
  why       sminion.purpose;
  room      sminion.compartment;
  rooms     integer;
  -- two random UUIDs: 244 random bits, hashed once, of which the token carries 128
  secret    text := left(encode(sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())), 'hex'), 32);
  encrypted boolean := coalesce((SELECT s.ssl FROM pg_stat_ssl s WHERE s.pid = pg_backend_pid()), false);
  ticket_id bigint;
BEGIN
  SELECT p.* INTO in_force FROM sminion.policy p;
  IF NOT FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'SG208',
      MESSAGE = 'no policy is in force in this database',
      HINT = 'Install one: `sminion-guard apply`.';
  END IF;
  IF coalesce(btrim(open_ticket.actor), '') = '' OR coalesce(btrim(open_ticket.reason), '') = '' THEN
    RAISE EXCEPTION USING ERRCODE = 'SG215',
      MESSAGE = 'a ticket says who acts and why: actor or reason is empty',
      HINT = 'Pass a non-empty actor and reason.';
  END IF;
  -- No TLS over TCP, no ticket: a token overheard is an access lent (inet_client_addr is NULL on the unix socket).
  IF in_force.require_tls AND inet_client_addr() IS NOT NULL AND NOT encrypted THEN
    RAISE EXCEPTION USING ERRCODE = 'SG211',
      MESSAGE = 'the connection is not encrypted, and the policy requires it',
      HINT = 'Connect with sslmode=verify-full, or through the unix socket.';
  END IF;
  SELECT l.* INTO held FROM sminion.login l WHERE l.login = session_user AND l.purpose = open_ticket.purpose;
  IF NOT FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'SG212',
      MESSAGE = format('login `%s` does not hold purpose `%s`', session_user, open_ticket.purpose),
      HINT = 'Connect as a login that holds the purpose, or add it to the policy.';
  END IF;
  SELECT p.* INTO STRICT why FROM sminion.purpose p WHERE p.name = open_ticket.purpose AND p.retired_at IS NULL;

  SELECT count(*) INTO rooms FROM sminion.compartment c
  WHERE c.purpose = open_ticket.purpose AND (open_ticket.schemas IS NULL OR c.schemas @> open_ticket.schemas);
  IF rooms <> 1 THEN
    RAISE EXCEPTION USING ERRCODE = 'SG213',
      MESSAGE = CASE WHEN rooms = 0
        THEN format('no compartment of purpose `%s` holds all of %s', open_ticket.purpose, open_ticket.schemas)
        ELSE format('purpose `%s` has %s compartments that fit', open_ticket.purpose, rooms) END,
      DETAIL = 'Compartments: ' || coalesce((
        SELECT string_agg('{' || array_to_string(c.schemas, ', ') || '}', ' ' ORDER BY c.role)
        FROM sminion.compartment c WHERE c.purpose = open_ticket.purpose), 'none') || '.',
      HINT = 'Name the schemas you need, all of one compartment: `schemas => ARRAY[...]`.';
  END IF;
  SELECT c.* INTO STRICT room FROM sminion.compartment c
  WHERE c.purpose = open_ticket.purpose AND (open_ticket.schemas IS NULL OR c.schemas @> open_ticket.schemas);

  -- A login that inherits the role acts with its privileges outside of `enter`, one that may grant it lends them.
  IF pg_has_role(session_user, room.role, 'USAGE')
     OR pg_has_role(session_user, room.role, 'MEMBER WITH ADMIN OPTION')
  THEN
    RAISE EXCEPTION USING ERRCODE = 'SG219',
      MESSAGE = format('login `%s` inherits or may grant compartment `%s`', session_user, room.role),
      HINT = 'Run `sminion-guard apply`, which repairs the membership, or ask the DBA.';
  END IF;
  IF NOT pg_has_role(session_user, room.role, 'MEMBER') THEN
    RAISE EXCEPTION USING ERRCODE = 'SG212',
      MESSAGE = format('login `%s` is not a member of compartment `%s`', session_user, room.role),
      HINT = 'Run `sminion-guard apply`.';
  END IF;
  IF why.sees_blocked AND coalesce(open_ticket.subject, '') = '' THEN
    RAISE EXCEPTION USING ERRCODE = 'SG214',
      MESSAGE = format('purpose `%s` sees blocked subjects, so the ticket must name one', open_ticket.purpose),
      HINT = 'Pass `subject => ...` when you open the ticket.';
  END IF;

  -- A ticket that a crash could lose is no record: a login that commits without waiting for the disk waits here.
  IF current_setting('synchronous_commit') = 'off' THEN
    PERFORM set_config('synchronous_commit', 'on', true);
  END IF;
  INSERT INTO sminion.ticket (
    secret_hash, expires_at, login, role, mask, alternating, epoch, purpose, basis, basis_ref, actor, unit, reason,
    subject, client_address, encrypted, application
  ) VALUES (
    sha256(convert_to(secret, 'UTF8')), clock_timestamp() + in_force.ticket_lifetime, session_user, room.role,
    room.mask, held.may_hold_incompatible, in_force.epoch, open_ticket.purpose, why.basis, open_ticket.basis_ref,
    btrim(open_ticket.actor), open_ticket.unit, btrim(open_ticket.reason),
    CASE WHEN open_ticket.subject IS NOT NULL THEN sminion.subject_key(open_ticket.subject) END,
    inet_client_addr(), encrypted, current_setting('application_name')
  ) RETURNING id INTO ticket_id;
  RETURN ticket_id || '.' || secret || '.' || room.role;
END
$sminion$;

-- functions/revoke_ticket.sql
-- Ends an access before its time: from its next statement on, whoever uses the ticket is refused.
CREATE FUNCTION sminion.revoke_ticket(ticket bigint, reason text) RETURNS boolean
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
BEGIN
  PERFORM sminion.require_reason(revoke_ticket.reason);
  UPDATE sminion.ticket k
  SET revoked_at = clock_timestamp(), revoked_by = session_user, revoked_why = revoke_ticket.reason
  WHERE k.id = ticket AND k.revoked_at IS NULL;
  RETURN FOUND;
END
$sminion$;
COMMENT ON FUNCTION sminion.revoke_ticket(bigint, text) IS 'ends an access; false when it was ended before or never was';

-- functions/session_facts.sql
-- What a guarded client asks before it serves anybody, and again with each ticket: the policy in force, how long a ticket
-- lasts, in which ways this login is not bound (normally none), and whether its transactions must be marked because it may
-- hold incompatible purposes. NULL while no policy is in force.
CREATE FUNCTION sminion.session_facts() RETURNS jsonb
LANGUAGE sql
STABLE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
  SELECT jsonb_build_object(
    'name', p.name,
    'version', p.version,
    'epoch', p.epoch,
    'ticket_lifetime_seconds', extract(epoch FROM p.ticket_lifetime),
    'document', v.document,
    'loose', to_jsonb(ARRAY(
      SELECT x.why FROM (
        SELECT format('it is %s', a.attribute)
        FROM pg_roles r,
          LATERAL (VALUES (r.rolsuper, 'a superuser'), (r.rolbypassrls, 'BYPASSRLS'), (r.rolcreaterole, 'CREATEROLE'))
            AS a (has, attribute)
        WHERE r.rolname = session_user AND a.has
        UNION ALL
        SELECT format('it inherits compartment `%s`', c.role)
        FROM sminion.compartment c WHERE pg_has_role(session_user, c.role, 'USAGE')
        UNION ALL
        SELECT format('it may grant compartment `%s`', c.role)
        FROM sminion.compartment c WHERE pg_has_role(session_user, c.role, 'MEMBER WITH ADMIN OPTION')
        UNION ALL
        SELECT format('it may act as the owner of `%s.%s`', t.schema_name, t.table_name)
        FROM sminion.protected_table t
        JOIN pg_namespace n ON n.nspname = t.schema_name
        JOIN pg_class k ON k.relnamespace = n.oid AND k.relname = t.table_name
        WHERE pg_has_role(session_user, k.relowner, 'MEMBER')
      ) AS x (why)
      ORDER BY x.why
    )),
    'alternating', EXISTS (SELECT FROM sminion.login l WHERE l.login = session_user AND l.may_hold_incompatible)
  )
  FROM sminion.policy p
  JOIN sminion.policy_version v ON v.epoch = p.epoch
$sminion$;

-- functions/record_policy.sql
-- Puts a compiled policy in force and returns its epoch. Tickets of earlier epochs open nothing from here on. When the
-- formula of the masks changed, every state and every row is due again: `remask`, then `backfill`.
CREATE FUNCTION sminion.record_policy(registry jsonb) RETURNS integer
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  before    sminion.policy;
  mark      name;
  new_epoch integer;
  same_mask boolean;
BEGIN
  SELECT p.* INTO before FROM sminion.policy p;
  INSERT INTO sminion.policy_version (name, version, digest, document)
  VALUES (registry ->> 'name', registry ->> 'version', registry ->> 'digest', registry -> 'document')
  RETURNING epoch INTO new_epoch;
  same_mask := before.epoch IS NOT NULL
    AND before.default_bits = (registry ->> 'default_bits')::bigint
    AND before.consent_bits = (registry ->> 'consent_bits')::bigint
    AND before.objection_bits = (registry ->> 'objection_bits')::bigint
    AND before.blocked_bits = (registry ->> 'blocked_bits')::bigint;

  DELETE FROM sminion.policy;
  INSERT INTO sminion.policy (
    epoch, name, version, digest, subject_key, ticket_lifetime, require_tls, mask_epoch,
    default_bits, consent_bits, objection_bits, blocked_bits
  ) VALUES (
    new_epoch, registry ->> 'name', registry ->> 'version', registry ->> 'digest', registry ->> 'subject_key',
    make_interval(secs => (registry ->> 'ticket_lifetime_seconds')::double precision),
    (registry ->> 'require_tls')::boolean, CASE WHEN same_mask THEN before.mask_epoch ELSE new_epoch END,
    (registry ->> 'default_bits')::bigint, (registry ->> 'consent_bits')::bigint,
    (registry ->> 'objection_bits')::bigint, (registry ->> 'blocked_bits')::bigint
  );

  UPDATE sminion.purpose p SET retired_at = clock_timestamp()
  WHERE p.retired_at IS NULL
    AND NOT EXISTS (SELECT FROM jsonb_array_elements(registry -> 'purposes') j WHERE (j ->> 'bit')::smallint = p.bit);
  INSERT INTO sminion.purpose AS p (bit, name, title, basis, sees_blocked)
  SELECT j.bit, j.name, j.title, j.basis, j.sees_blocked
  FROM jsonb_to_recordset(registry -> 'purposes')
    AS j (bit smallint, name text, title text, basis text, sees_blocked boolean)
  ON CONFLICT (bit) DO UPDATE SET title = excluded.title, basis = excluded.basis, retired_at = NULL;

  FOR mark IN
    DELETE FROM sminion.compartment c
    WHERE NOT EXISTS (SELECT FROM jsonb_array_elements(registry -> 'compartments') j WHERE j ->> 'role' = c.role)
    RETURNING 'mark_' || c.id
  LOOP
    EXECUTE format('DROP TABLE sminion.%I', mark);
  END LOOP;
  INSERT INTO sminion.compartment AS c (role, purpose, mask, schemas, sees_blocked, clashes)
  SELECT j.role, j.purpose, j.mask, j.schemas, j.sees_blocked, j.clashes
  FROM jsonb_to_recordset(registry -> 'compartments')
    AS j (role name, purpose text, mask bigint, schemas text[], sees_blocked boolean, clashes text[])
  ON CONFLICT (role) DO UPDATE SET purpose = excluded.purpose, mask = excluded.mask, schemas = excluded.schemas,
    sees_blocked = excluded.sees_blocked, clashes = excluded.clashes;
  -- What a transaction locks to be marked as one of the compartment: see stay_in_compartment.
  FOR mark IN SELECT 'mark_' || c.id FROM sminion.compartment c LOOP
    EXECUTE format('CREATE TABLE IF NOT EXISTS sminion.%I ()', mark);
  END LOOP;

  DELETE FROM sminion.login;
  INSERT INTO sminion.login (login, purpose, may_hold_incompatible)
  SELECT j.login, j.purpose, j.may_hold_incompatible
  FROM jsonb_to_recordset(registry -> 'logins') AS j (login name, purpose text, may_hold_incompatible boolean);

  DELETE FROM sminion.protected_table p
  WHERE NOT EXISTS (
    SELECT FROM jsonb_array_elements(registry -> 'tables') j
    WHERE j ->> 'schema' = p.schema_name AND j ->> 'table' = p.table_name);
  INSERT INTO sminion.protected_table AS p (schema_name, table_name, subject_columns, key_type, depth)
  SELECT j.schema, j."table", j.subject_columns, registry ->> 'subject_key', j.depth
  FROM jsonb_to_recordset(registry -> 'tables') AS j (schema text, "table" text, subject_columns text[], depth integer)
  ON CONFLICT (schema_name, table_name) DO UPDATE SET
    subject_columns = excluded.subject_columns, depth = excluded.depth,
    next_block = CASE
      WHEN same_mask AND p.subject_columns = excluded.subject_columns AND p.depth = excluded.depth THEN p.next_block
      ELSE 0 END;

  -- What `apply` took away in this transaction, for the way back (see templates/closed_schema).
  INSERT INTO sminion.closed_grant (statement)
  SELECT DISTINCT s FROM string_to_table(nullif(current_setting('sminion.closed', true), ''), E'\n') s
  ON CONFLICT DO NOTHING;
  PERFORM set_config('sminion.closed', '', true);
  RETURN new_epoch;
END
$sminion$;

-- functions/record_object.sql
-- Notes one compiled statement as in place, with the fingerprint its object has at this moment.
CREATE FUNCTION sminion.record_object(key text, "position" integer, digest text, reverse text, fingerprint_query text) RETURNS void
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  answer text;
BEGIN
  EXECUTE fingerprint_query INTO answer;
  IF answer IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'SG406',
      MESSAGE = format('`%s` is not there after it was installed', key),
      HINT = 'Look for a concurrent change of the schema, then apply again.';
  END IF;
  INSERT INTO sminion.installed_object AS o (key, "position", digest, reverse, fingerprint_query, fingerprint)
  VALUES (record_object.key, record_object."position", record_object.digest, record_object.reverse,
          record_object.fingerprint_query, answer)
  ON CONFLICT ON CONSTRAINT installed_object_pkey DO UPDATE SET
    "position" = excluded."position", digest = excluded.digest, reverse = excluded.reverse,
    fingerprint_query = excluded.fingerprint_query, fingerprint = excluded.fingerprint, applied_at = clock_timestamp();
END
$sminion$;

-- functions/forget_object.sql
-- Notes that a compiled statement was undone.
CREATE FUNCTION sminion.forget_object(key text) RETURNS void
LANGUAGE sql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
  DELETE FROM sminion.installed_object o WHERE o.key = forget_object.key
$sminion$;

-- functions/forget_policy.sql
-- Takes the policy out of force after all its objects were undone: no ticket opens anything, no new one is given. History
-- stays until the schema goes.
CREATE FUNCTION sminion.forget_policy() RETURNS void
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  mark name;
BEGIN
  IF EXISTS (SELECT FROM sminion.installed_object) THEN
    RAISE EXCEPTION USING ERRCODE = 'SG407',
      MESSAGE = 'the policy still has objects in place',
      HINT = 'Remove it with `sminion-guard apply --remove`, or by downgrading the migration that applied it.';
  END IF;
  DELETE FROM sminion.login;
  FOR mark IN DELETE FROM sminion.compartment c RETURNING 'mark_' || c.id LOOP
    EXECUTE format('DROP TABLE sminion.%I', mark);
  END LOOP;
  DELETE FROM sminion.protected_table;
  DELETE FROM sminion.policy;
  DELETE FROM sminion.closed_grant;
  UPDATE sminion.purpose p SET retired_at = clock_timestamp() WHERE p.retired_at IS NULL;
END
$sminion$;

-- functions/object_states.sql
-- What became of each installed object: INSTALLED, ALTERED (its fingerprint is another than after installing) or MISSING.
CREATE FUNCTION sminion.object_states(OUT key text, OUT digest text, OUT state text) RETURNS SETOF record
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  entry  sminion.installed_object;
  answer text;
BEGIN
  FOR entry IN SELECT o.* FROM sminion.installed_object o ORDER BY o."position" LOOP
    EXECUTE entry.fingerprint_query INTO answer;
    key := entry.key;
    digest := entry.digest;
    state := CASE WHEN answer IS NULL THEN 'MISSING' WHEN answer = entry.fingerprint THEN 'INSTALLED' ELSE 'ALTERED' END;
    RETURN NEXT;
  END LOOP;
END
$sminion$;

-- functions/running_transactions.sql
-- The transactions that run in this database now, other than our own, as virtual transaction ids. pg_locks shows them to
-- everybody, and each holds its own id until it ends; those of other databases cannot read here.
CREATE FUNCTION sminion.running_transactions() RETURNS text[]
LANGUAGE sql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
  SELECT coalesce(array_agg(DISTINCT l.virtualxid), '{}')
  FROM pg_locks l
  JOIN pg_stat_get_activity(NULL) a ON a.pid = l.pid
  WHERE l.locktype = 'virtualxid' AND l.granted AND l.mode = 'ExclusiveLock'
    AND l.pid <> pg_backend_pid()
    AND a.datid = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())
$sminion$;

-- functions/await_older.sql
-- Returns when no transaction that may still use a snapshot from before now is running in this database: call it after the
-- transaction with the block has committed. Waits for every transaction, since from outside none can be seen to hold no
-- snapshot; raises when `patience` is over. Statements on a hot standby are out of its sight.
CREATE FUNCTION sminion.await_older(patience interval DEFAULT '5 minutes') RETURNS void
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  older    text[] := sminion.running_transactions();
  deadline timestamptz := clock_timestamp() + patience;
  pause    double precision := 0.002;
BEGIN
  LOOP
    older := ARRAY(SELECT unnest(older) INTERSECT SELECT unnest(sminion.running_transactions()));
    EXIT WHEN cardinality(older) = 0;
    IF clock_timestamp() >= deadline THEN
      RAISE EXCEPTION USING ERRCODE = 'SG507',
        MESSAGE = format('%s older transactions are still running', cardinality(older)),
        DETAIL = 'They may still read with a snapshot from before the change: virtual transactions '
                 || array_to_string(older[1:10], ', ') || '.',
        HINT = 'End them (pg_locks.virtualtransaction tells the process), or wait longer.';
    END IF;
    PERFORM pg_sleep(pause);
    pause := least(pause * 1.5, 0.25);
  END LOOP;
END
$sminion$;

-- functions/block_and_wait.sql
-- Blocks, commits, and returns only when no older transaction can still read the subject. A procedure, because a function
-- cannot commit; SECURITY INVOKER and without settings of its own, because PostgreSQL lets only such a procedure commit.
-- It decides nothing: what it calls is a definer function that its caller may execute anyway.
CREATE PROCEDURE sminion.block_and_wait(subject text, reason text, actor text DEFAULT NULL, patience interval DEFAULT '5 minutes')
LANGUAGE plpgsql
AS $sminion$
BEGIN
  PERFORM sminion.block(subject, reason, actor);
  COMMIT;
  PERFORM sminion.await_older(patience);
END
$sminion$;

-- functions/extend_log.sql
-- Makes the partitions of the logs of statements and writes for this month and the next ones, in UTC; returns how many it
-- made. `settle` calls it when the next month is missing; where nobody settles, call it: without a partition nothing can be
-- recorded, and then nothing is released and nothing written (SG602).
--
-- Each is made apart and attached, which blocks neither writers nor readers of the log; there is no default partition,
-- whose rows every ATTACH would have to read.
CREATE FUNCTION sminion.extend_log(months integer DEFAULT 3) RETURNS integer
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
AS $sminion$
DECLARE
  parent text;
  month  timestamptz;
  part   text;
  made   integer := 0;
BEGIN
  -- Two at once would make the same partition. A table's lock and no advisory one, which any client could take and keep:
  -- then no new month would be made, and at its beginning everybody would be refused.
  LOCK TABLE sminion.statement_event IN SHARE UPDATE EXCLUSIVE MODE;
  FOR month IN
    SELECT date_trunc('month', clock_timestamp()) + make_interval(months => n) FROM generate_series(0, greatest(months, 0)) AS g (n)
  LOOP
    FOREACH parent IN ARRAY ARRAY[
      'statement_event', 'statement_result', 'statement_subject', 'write_event', 'write_subject'
    ] LOOP
      part := parent || to_char(month, '_YYYY_MM');
      CONTINUE WHEN to_regclass('sminion.' || part) IS NOT NULL;
      EXECUTE format('CREATE TABLE sminion.%I (LIKE sminion.%I INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', part, parent);
      EXECUTE format(
        'CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON sminion.%I '
        || 'FOR EACH STATEMENT EXECUTE FUNCTION sminion.append_only()', part);
      EXECUTE format(
        'ALTER TABLE sminion.%I ATTACH PARTITION sminion.%I FOR VALUES FROM (%L) TO (%L)',
        parent, part, month, month + interval '1 month');
      made := made + 1;
    END LOOP;
  END LOOP;
  RETURN made;
END
$sminion$;
-- The log begins with the month of the installation.
SELECT sminion.extend_log();

-- functions/drop_log.sql
-- Drops the months of the logs of statements and writes that lie wholly before `before`, the only way in which their rows
-- ever go, and records who did it and why. Returns how many months it dropped. Tickets stay.
CREATE FUNCTION sminion.drop_log(before date, reason text) RETURNS integer
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
AS $sminion$
DECLARE
  month   date;
  parent  text;
  counted bigint;
  writes  bigint;
  dropped integer := 0;
BEGIN
  PERFORM sminion.require_reason(drop_log.reason);
  IF drop_log.before IS NULL OR drop_log.before > date_trunc('month', clock_timestamp())::date THEN
    RAISE EXCEPTION USING ERRCODE = 'SG606',
      MESSAGE = 'the log of this month, and of months to come, is kept',
      HINT = 'Pass the first day of a month that is to be kept, this one at the latest.';
  END IF;
  -- as sminion.extend_log
  LOCK TABLE sminion.statement_event IN SHARE UPDATE EXCLUSIVE MODE;
  FOR month IN
    SELECT to_date(right(c.relname, 7), 'YYYY_MM') FROM pg_inherits i
    JOIN pg_class c ON c.oid = i.inhrelid
    WHERE i.inhparent = 'sminion.statement_event'::regclass
      AND to_date(right(c.relname, 7), 'YYYY_MM') + interval '1 month' <= drop_log.before
    ORDER BY 1
  LOOP
    EXECUTE format('SELECT count(*) FROM sminion.%I', 'statement_event' || to_char(month, '_YYYY_MM')) INTO counted;
    EXECUTE format('SELECT count(*) FROM sminion.%I', 'write_event' || to_char(month, '_YYYY_MM')) INTO writes;
    FOREACH parent IN ARRAY ARRAY[
      'statement_event', 'statement_result', 'statement_subject', 'write_event', 'write_subject'
    ] LOOP
      EXECUTE format('DROP TABLE sminion.%I', parent || to_char(month, '_YYYY_MM'));
    END LOOP;
    INSERT INTO sminion.dropped_log (reason, month, statements, writes)
    VALUES (btrim(drop_log.reason), month, counted, writes);
    dropped := dropped + 1;
  END LOOP;
  RETURN dropped;
END
$sminion$;

-- functions/log_text.sql
-- Text of a client made safe for whoever reads the log: no control, bidirectional or line separator characters, and no
-- more than `most` characters.
CREATE FUNCTION sminion.log_text(raw text, most integer) RETURNS text
LANGUAGE plpgsql
IMMUTABLE
STRICT
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  -- what makes the log a forgery on a terminal or in a browser
  -- (E'': with standard_conforming_strings off, which is the client's, U&'' is refused)
  unsafe CONSTANT text :=
    E'[\\u0001-\\u001F\\u007F-\\u009F\\u061C\\u200B-\\u200F\\u2028-\\u202E\\u2060-\\u2069\\uFEFF]';
  safe   text := regexp_replace(raw, unsafe, ' ', 'g');
BEGIN
  RETURN CASE WHEN length(safe) > most THEN left(safe, most - 1) || E'\u2026' ELSE safe END;
END
$sminion$;

-- functions/log_texts.sql
-- Several texts of a client made safe, at most `most` of them; what is cut off is said.
CREATE FUNCTION sminion.log_texts(raw text[], most integer) RETURNS text[]
LANGUAGE plpgsql
IMMUTABLE
STRICT
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  safe text[] := ARRAY(
    SELECT sminion.log_text(t.value, 200) FROM unnest(raw[1:most]) WITH ORDINALITY AS t (value, n) ORDER BY t.n);
BEGIN
  RETURN CASE WHEN cardinality(raw) > most THEN safe || format('(%s more)', cardinality(raw) - most) ELSE safe END;
END
$sminion$;

-- functions/write_query.sql
-- The SELECT of the names of the columns that a statement wrote, over the transition tables `old_rows` and `new_rows` of a
-- trigger of `target`: SQL text, from the columns that the table has now.
--
-- INSERT:     columns that got a value in some row.
-- UPDATE:     columns whose value changed in some row. The n-th old row is the n-th new one: the server puts both into
--             their tables in one step. So no key is needed, and a changed key is a change like any other. A FULL JOIN
--             can be no nested loop, which a plan made for one row would else be for 100,000.
-- UPDATE ONE: the same for one row.
--
-- Values are compared as they are stored, which every type can be: json has no operator `=`, a user's type may have
-- one that lies, and a collation may call different texts equal.
-- The EXISTS is never run. It makes a kept plan fail (42601) once the table has more columns than are named here; one that
-- is gone fails by its name (42703). Then the trigger asks for this text again.
CREATE FUNCTION sminion.write_query(target regclass, command text) RETURNS text
LANGUAGE sql
STABLE
SET search_path = pg_catalog, pg_temp
AS $sminion$
  WITH live AS (
    SELECT a.attnum, format('%I', a.attname) AS name, format('c%s', a.attnum) AS alias,
           quote_literal(sminion.log_text(a.attname, 200)) AS label, a.attname NOT IN ('guard_mask', 'guard_subject') AS data,
           -- A join holds 1664 columns at most, and a table up to 1600 on each side of it.
           row_number() OVER (ORDER BY a.attnum) / 800 AS slice
    FROM pg_attribute a
    WHERE a.attrelid = target AND a.attnum > 0 AND NOT a.attisdropped
  ),
  part AS (
    SELECT slice,
           string_agg(format('CASE WHEN count(n.%s) > 0 THEN %s END', name, label), ', ' ORDER BY attnum) AS filled,
           string_agg(format('CASE WHEN bool_or(record_image_ne(ROW(o.%1$s), ROW(n.%1$s))) THEN %2$s END', alias, label),
             ', ' ORDER BY attnum) AS changed,
           string_agg(format('CASE WHEN record_image_ne(ROW(o.%1$s), ROW(n.%1$s)) THEN %2$s END', name, label),
             ', ' ORDER BY attnum) AS changed_one,
           string_agg(format('r.%s AS %s', name, alias), ', ' ORDER BY attnum) AS aliased,
           (SELECT 'true OR EXISTS (SELECT r.* FROM new_rows r UNION ALL SELECT ' || string_agg('NULL', ', ') || ')' FROM live)
             AS whole
    FROM live
    WHERE data
    GROUP BY slice
  )
  SELECT 'SELECT ' || string_agg(format('array_remove((%s), NULL)', CASE command
    WHEN 'INSERT' THEN format(
      'SELECT ARRAY[%s]::text[] FROM new_rows n WHERE %s', filled, whole)
    WHEN 'UPDATE ONE' THEN format(
      'SELECT ARRAY[%s]::text[] FROM old_rows o LEFT JOIN new_rows n ON true WHERE %s', changed_one, whole)
    WHEN 'UPDATE' THEN format(
      'SELECT ARRAY[%1$s]::text[] FROM (SELECT row_number() OVER () AS place, %2$s FROM old_rows r) o '
      || 'FULL JOIN (SELECT row_number() OVER () AS place, %2$s FROM new_rows r) n ON n.place = o.place WHERE %3$s',
      changed, aliased, whole)
    END), ' || ' ORDER BY slice)
  FROM part
$sminion$;

-- functions/record_write.sql
-- Records one writing statement, for the trigger functions made from templates/write_function, which act as the owner of
-- the log. Nobody else may call it.
--
-- rows:     NULL for TRUNCATE.
-- subjects: those that are listed; `bulk` counts the others, and is NULL when there are none.
CREATE FUNCTION sminion.record_write(
  schema_name name, table_name name, command text, columns text[], rows bigint, subjects text[], bulk bigint
) RETURNS void
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  moment timestamptz := clock_timestamp();
  number bigint;
  token  text := current_setting('sminion.token', true);
  entered bigint;
BEGIN
  IF to_regclass('sminion.write_subject' || to_char(moment AT TIME ZONE 'UTC', '_YYYY_MM')) IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'SG602',
      MESSAGE = format('the log of writes has no partition for %s', to_char(moment AT TIME ZONE 'UTC', 'YYYY-MM')),
      DETAIL = 'What cannot be recorded is not written.',
      HINT = 'Run `SELECT sminion.extend_log()`, and schedule it with `settle`.';
  END IF;
  -- The setting is the client's: only a token whose secret and login are right names a ticket. The cast is safe after the
  -- test of its form.
  IF length(split_part(token, '.', 1)) BETWEEN 1 AND 18 AND ltrim(split_part(token, '.', 1), '0123456789') = '' THEN
    SELECT k.id INTO entered FROM sminion.ticket k
    WHERE k.id = split_part(token, '.', 1)::bigint
      AND k.secret_hash = sha256(convert_to(split_part(token, '.', 2), 'UTF8'))
      AND token = concat_ws('.', k.id, split_part(token, '.', 2), k.role)
      AND k.login = session_user;
  END IF;
  number := nextval('sminion.write_number');
  INSERT INTO sminion.write_event AS e (
    at, id, transaction, ticket, login, role, operation, relation, columns, rows, bulk
  ) VALUES (
    moment, number, pg_current_xact_id(), entered, session_user,
    coalesce(nullif(current_setting('role'), 'none'), session_user),
    CASE command WHEN 'INSERT' THEN 'collect' WHEN 'UPDATE' THEN 'clarify' ELSE 'delete' END,
    sminion.log_text(concat_ws('.', schema_name, table_name), 200), record_write.columns, record_write.rows,
    record_write.bulk
  );
  INSERT INTO sminion.write_subject (at, event, subject)
  SELECT moment, number, s.subject FROM unnest(subjects) AS s (subject);
END
$sminion$;

-- functions/keep_log_of.sql
-- The DBA of the log's database says: `login` has its tickets in `database` of another cluster or of this one, and writes
-- its log of statements here. From then on its rows are taken without a look at their tickets, which are not here, and each
-- says by its writer which home it comes from. Returns the number of the home.
--
-- system_identifier: of the cluster that holds the data, `SELECT system_identifier FROM pg_control_system()` there.
CREATE FUNCTION sminion.keep_log_of(login name, database name, system_identifier bigint) RETURNS bigint
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
#variable_conflict use_column
DECLARE
  home bigint;
BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles r WHERE r.rolname = keep_log_of.login) THEN
    RAISE EXCEPTION USING ERRCODE = 'SG607',
      MESSAGE = format('there is no login `%s` in this cluster', keep_log_of.login),
      HINT = 'Create it first, without any other privilege.';
  END IF;
  -- Where the tickets are here, they are looked at.
  IF EXISTS (SELECT FROM sminion.login l WHERE l.login = keep_log_of.login) THEN
    RAISE EXCEPTION USING ERRCODE = 'SG607',
      MESSAGE = format('login `%s` has its tickets in this database', keep_log_of.login),
      HINT = 'Let the log of another database be written by a login of its own.';
  END IF;
  UPDATE sminion.log_home h SET ended_at = clock_timestamp(), ended_by = session_user
  WHERE h.login = keep_log_of.login AND h.ended_at IS NULL;
  INSERT INTO sminion.log_home (login, database, system_identifier)
  VALUES (keep_log_of.login, keep_log_of.database, keep_log_of.system_identifier)
  RETURNING id INTO home;
  EXECUTE format('GRANT USAGE ON SCHEMA sminion TO %I', keep_log_of.login);
  EXECUTE format(
    'GRANT EXECUTE ON FUNCTION sminion.open_log(), sminion.log_shape(jsonb), '
    || 'sminion.log_statements(bigint, bigint, jsonb) TO %I', keep_log_of.login);
  RETURN home;
END
$sminion$;
COMMENT ON FUNCTION sminion.keep_log_of(name, name, bigint) IS 'this database keeps the log of a login of another one';

-- functions/end_log_of.sql
-- The DBA of the log's database says: `login` writes its log here no more. Its rows stay. False when it did not.
CREATE FUNCTION sminion.end_log_of(login name) RETURNS boolean
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
#variable_conflict use_column
BEGIN
  UPDATE sminion.log_home h SET ended_at = clock_timestamp(), ended_by = session_user
  WHERE h.login = end_log_of.login AND h.ended_at IS NULL;
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  EXECUTE format(
    'REVOKE ALL ON FUNCTION sminion.open_log(), sminion.log_shape(jsonb), '
    || 'sminion.log_statements(bigint, bigint, jsonb) FROM %I', end_log_of.login);
  EXECUTE format('REVOKE ALL ON SCHEMA sminion FROM %I', end_log_of.login);
  RETURN true;
END
$sminion$;
COMMENT ON FUNCTION sminion.end_log_of(name) IS 'ends what sminion.keep_log_of began; false when it had not begun';

-- functions/open_log.sql
-- A process begins to write the log of statements: its number, which sminion.log_statements asks for. A login that holds
-- purposes in this database has its tickets here, whatever was said of it before.
CREATE FUNCTION sminion.open_log() RETURNS bigint
LANGUAGE sql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
  INSERT INTO sminion.log_writer (home)
  SELECT (SELECT h.id FROM sminion.log_home h
          WHERE h.login = session_user AND h.ended_at IS NULL
            AND NOT EXISTS (SELECT FROM sminion.login l WHERE l.login = session_user))
  RETURNING id
$sminion$;

-- functions/log_shape.sql
-- Records a shape of statements, once; returns its number, which entries of sminion.log_statements name.
--
-- shape: an object: codes, operations, relations, columns, fingerprint, statement.
CREATE FUNCTION sminion.log_shape(shape jsonb) RETURNS bigint
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  found_id bigint;
  s        record;
  hash     bytea;
BEGIN
  SELECT sminion.log_texts(r.codes, 50) AS codes, r.operations, sminion.log_texts(r.relations, 200) AS relations,
         sminion.log_texts(r.columns, 1000) AS columns, sminion.log_text(r.fingerprint, 200) AS fingerprint,
         sminion.log_text(r.statement, 8000) AS statement
  INTO s
  FROM jsonb_to_record(log_shape.shape) AS r (
    codes text[], operations text[], relations text[], columns text[], fingerprint text, statement text);
  hash := sha256(convert_to(to_jsonb(s)::text, 'UTF8'));
  SELECT h.id INTO found_id FROM sminion.statement_shape h WHERE h.digest = hash;
  IF found_id IS NULL THEN
    -- A log that a crash could lose is none: a login that commits without waiting for the disk waits here.
    IF current_setting('synchronous_commit') = 'off' THEN
      PERFORM set_config('synchronous_commit', 'on', true);
    END IF;
    INSERT INTO sminion.statement_shape AS h (
      digest, verdict, codes, operations, relations, columns, fingerprint, statement)
    VALUES (
      hash, CASE WHEN s.codes = '{}' THEN 'allowed' ELSE 'refused' END, s.codes, s.operations, s.relations,
      s.columns, s.fingerprint, s.statement)
    ON CONFLICT ON CONSTRAINT statement_shape_digest_key DO NOTHING
    RETURNING h.id INTO found_id;
    IF found_id IS NULL THEN  -- somebody else recorded it at the same moment
      SELECT h.id INTO found_id FROM sminion.statement_shape h WHERE h.digest = hash;
    END IF;
  END IF;
  RETURN found_id;
EXCEPTION WHEN data_exception OR integrity_constraint_violation THEN
  RAISE EXCEPTION USING ERRCODE = 'SG605',
    MESSAGE = 'a shape of statements is malformed',
    DETAIL = SQLERRM,
    HINT = 'See sql/functions/log_shape.sql.';
END
$sminion$;

-- functions/refuse_log.sql
-- Says what is wrong with a batch of the log. Apart from sminion.log_statements, which decides on the hot path that something
-- is.
CREATE FUNCTION sminion.refuse_log(writer bigint, first bigint, entries jsonb) RETURNS void
LANGUAGE plpgsql
STABLE
SET search_path = pg_catalog, pg_temp
AS $sminion$
#variable_conflict use_column
DECLARE
  place bigint := (
    SELECT w.place FROM sminion.log_writer w WHERE w.id = refuse_log.writer AND w.login = session_user);
  wrong text;
BEGIN
  IF jsonb_typeof(entries) IS DISTINCT FROM 'array' OR jsonb_array_length(entries) = 0 THEN
    RAISE EXCEPTION USING ERRCODE = 'SG605', MESSAGE = 'a batch of the log is an array of entries',
      HINT = 'See sql/functions/log_statements.sql.';
  END IF;
  SELECT coalesce(e.value ->> 'ticket', 'NULL') INTO wrong
  FROM jsonb_array_elements(entries) AS e (value)
  WHERE NOT e.value ? 'of' AND NOT EXISTS (
    SELECT FROM sminion.ticket k
    WHERE k.id = (e.value ->> 'ticket')::bigint AND k.login = session_user AND pg_xact_status(k.writer) = 'committed')
    AND NOT EXISTS (
      SELECT FROM sminion.log_writer w
      WHERE w.id = refuse_log.writer AND w.login = session_user AND w.home IS NOT NULL)
  LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'SG603',
      MESSAGE = format('ticket %s is not a committed one of login `%s`', wrong, session_user),
      HINT = 'Record what was done under a ticket with the login that opened it.';
  END IF;
  SELECT coalesce(e.value ->> 'shape', 'NULL') INTO wrong
  FROM jsonb_array_elements(entries) AS e (value)
  WHERE NOT e.value ? 'of' AND NOT EXISTS (
    SELECT FROM sminion.statement_shape h WHERE h.id = (e.value ->> 'shape')::bigint)
  LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'SG605',
      MESSAGE = format('no statement has shape %s', wrong),
      HINT = 'Record the shape with `sminion.log_shape` first.';
  END IF;
  SELECT coalesce(e.value ->> 'of', 'NULL') INTO wrong
  FROM jsonb_array_elements(entries) WITH ORDINALITY AS e (value, n)
  WHERE e.value ? 'of' AND ((e.value ->> 'of')::bigint BETWEEN 1 AND first + e.n - 2) IS NOT TRUE
  LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'SG605',
      MESSAGE = format('a result is of an earlier statement, not of %s', wrong),
      HINT = 'Pass the place of its statement as `of`.';
  END IF;
  RAISE EXCEPTION USING ERRCODE = 'SG604',
    MESSAGE = CASE WHEN place IS NULL THEN format('login `%s` has no log writer %s', session_user, writer)
      ELSE format('log writer %s is at place %s, the batch begins at %s', writer, place, first) END,
    HINT = 'Open a log of your own with `sminion.open_log`, and send its batches in order.';
END
$sminion$;

-- functions/log_statements.sql
-- Writes a batch of the log of statements: what a login was about to do, and what came of it. All of the batch or nothing.
--
-- writer:  of sminion.open_log, this login's.
-- first:   the place of the first entry. A batch sent again, because the answer was lost, is written once; one that
--          leaves out a place is refused.
-- entries: objects. A statement: ticket, shape, and, where it is known, what came of it; a result: of (the place of its
--          statement) and what came of it: outcome, codes, rows, microseconds, bulk, subjects.
--
-- Returns the place of the last entry that is on record. The time of a row is the server's: nobody can date it back.
-- Whoever waits for a result waits for this, so each entry is read once, and what is wrong is looked for only when fewer
-- rows came out than went in.
CREATE FUNCTION sminion.log_statements(writer bigint, first bigint, entries jsonb) RETURNS bigint
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
#variable_conflict use_column
DECLARE
  moment   timestamptz := clock_timestamp();
  many     integer := CASE WHEN jsonb_typeof(entries) = 'array' THEN jsonb_array_length(entries) ELSE 0 END;
  last     bigint := first + many - 1;
  written  bigint;
  away     boolean;
  recorded bigint;
  counted  bigint;
BEGIN
  IF many = 0 OR first IS NULL OR first < 1 THEN
    PERFORM sminion.refuse_log(writer, first, entries);
  END IF;
  UPDATE sminion.log_writer w SET place = last
  WHERE w.id = log_statements.writer AND w.login = session_user AND w.place = first - 1
  RETURNING w.place, w.home IS NOT NULL INTO written, away;
  IF written IS NULL THEN
    SELECT w.place INTO written FROM sminion.log_writer w
    WHERE w.id = log_statements.writer AND w.login = session_user AND w.place >= last;
    IF written IS NULL THEN
      PERFORM sminion.refuse_log(writer, first, entries);
    END IF;
    RETURN written;
  END IF;
  IF to_regclass('sminion.statement_subject' || to_char(moment AT TIME ZONE 'UTC', '_YYYY_MM')) IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'SG602',
      MESSAGE = format('the log of statements has no partition for %s', to_char(moment AT TIME ZONE 'UTC', 'YYYY-MM')),
      HINT = 'Run `SELECT sminion.extend_log()`, and schedule it with `settle`.';
  END IF;
  -- A log that a crash could lose is none: a login that commits without waiting for the disk waits here.
  IF current_setting('synchronous_commit') = 'off' THEN
    PERFORM set_config('synchronous_commit', 'on', true);
  END IF;

  -- A ticket that somebody else opened, or that can still be rolled back, is no reason of this login. The tickets of a
  -- login whose home is another database (see sminion.keep_log_of) are not here to be looked at.
  INSERT INTO sminion.statement_event (
    at, writer, place, ticket, shape, refused, outcome, codes, rows, microseconds, bulk)
  SELECT moment, log_statements.writer, first + e.n - 1, e.ticket, h.id,
         h.verdict = 'refused' OR e.outcome IS NOT DISTINCT FROM 'refused',
         e.outcome, CASE WHEN e.codes = '{}' THEN e.codes ELSE sminion.log_texts(e.codes, 50) END,
         e.rows, e.microseconds, e.bulk
  FROM ROWS FROM (jsonb_to_recordset(entries) AS (
      ticket bigint, shape bigint, of bigint, outcome text, codes text[], rows bigint, microseconds bigint, bulk bigint))
    WITH ORDINALITY AS e (ticket, shape, of, outcome, codes, rows, microseconds, bulk, n)
  LEFT JOIN sminion.ticket k
    ON NOT away AND k.id = e.ticket AND k.login = session_user AND pg_xact_status(k.writer) = 'committed'
  JOIN sminion.statement_shape h ON h.id = e.shape
  WHERE e.of IS NULL AND (away OR k.id IS NOT NULL);
  GET DIAGNOSTICS recorded = ROW_COUNT;

  IF recorded < many THEN
    INSERT INTO sminion.statement_result (at, writer, statement, outcome, codes, rows, microseconds, bulk)
    SELECT moment, log_statements.writer, e.of, e.outcome,
           CASE WHEN e.codes = '{}' THEN e.codes ELSE sminion.log_texts(e.codes, 50) END,
           e.rows, e.microseconds, e.bulk
    FROM ROWS FROM (jsonb_to_recordset(entries) AS (
        of bigint, outcome text, codes text[], rows bigint, microseconds bigint, bulk bigint))
      WITH ORDINALITY AS e (of, outcome, codes, rows, microseconds, bulk, n)
    WHERE e.of BETWEEN 1 AND first + e.n - 2;
    GET DIAGNOSTICS counted = ROW_COUNT;
    IF recorded + counted < many THEN
      PERFORM sminion.refuse_log(writer, first, entries);
    END IF;
  END IF;

  IF jsonb_path_exists(entries, '$[*].subjects[0]') THEN
    INSERT INTO sminion.statement_subject (at, writer, statement, subject)
    -- Numbers and uuids, which most keys are, are safe as they stand.
    SELECT moment, log_statements.writer, coalesce((e.value ->> 'of')::bigint, first + e.n - 1),
           CASE WHEN length(s.subject) <= 36 AND ltrim(s.subject, '-0123456789abcdef') = '' THEN s.subject
             ELSE sminion.log_text(s.subject, 400) END
    FROM jsonb_array_elements(entries) WITH ORDINALITY AS e (value, n),
      LATERAL jsonb_array_elements_text(e.value -> 'subjects') AS s (subject);
  END IF;
  RETURN last;
EXCEPTION WHEN data_exception OR integrity_constraint_violation THEN
  RAISE EXCEPTION USING ERRCODE = 'SG605',
    MESSAGE = 'an entry of the log is malformed',
    DETAIL = SQLERRM,
    HINT = 'See sql/functions/log_statements.sql.';
END
$sminion$;

-- views/access_log.sql
-- Every ticket as auditors see it: all but the hash of its secret.
CREATE VIEW sminion.access_log WITH (security_barrier) AS
  SELECT k.id, k.opened_at, k.expires_at, k.login, k.actor, k.unit, k.purpose, k.reason, k.basis, k.basis_ref, k.subject,
         k.role AS compartment, k.client_address, k.encrypted, k.application, v.version AS policy_version,
         k.revoked_at, k.revoked_by, k.revoked_why
  FROM sminion.ticket k
  JOIN sminion.policy_version v ON v.epoch = k.epoch;
COMMENT ON VIEW sminion.access_log IS 'every access: who, why, from where, until when';

-- views/subject_history.sql
-- What happened to each subject's state, with the version of the policy it happened under.
CREATE VIEW sminion.subject_history WITH (security_barrier) AS
  SELECT e.id, e.at, e.subject, e.event, e.purpose, e.reason, e.actor, e.login, v.version AS policy_version
  FROM sminion.subject_event e
  JOIN sminion.policy_version v ON v.epoch = e.epoch;
COMMENT ON VIEW sminion.subject_history IS 'consents, objections and blocks of each subject, in order';

-- views/settle_status.sql
-- What waits for `settle`, `remask` and `backfill`.
CREATE VIEW sminion.settle_status WITH (security_barrier) AS
  SELECT (SELECT count(*) FROM sminion.withheld) AS withheld,
         (SELECT count(*) FROM sminion.unsettled) AS unsettled,
         (SELECT min(u.since) FROM sminion.unsettled u) AS unsettled_since,
         (SELECT count(*) FROM sminion.subject_state s, sminion.policy p WHERE s.epoch < p.mask_epoch) AS states_to_remask,
         (SELECT count(*) FROM sminion.protected_table p WHERE p.next_block IS NOT NULL) AS tables_to_fill;
COMMENT ON VIEW sminion.settle_status IS 'what waits for settle, remask and backfill';

-- views/statement_log.sql
-- Every statement as auditors see it, with who acted and why, and what came of it. Without an outcome it was cut off: the
-- application or the server ended while it ran. With a home its ticket is in that database, and who acted and why is there.
CREATE VIEW sminion.statement_log WITH (security_barrier) AS
  SELECT e.at, e.writer, e.place, e.ticket, w.login, k.actor, k.unit, k.purpose, k.reason, k.role AS compartment,
         CASE WHEN e.refused OR r.refused THEN 'refused' ELSE 'allowed' END AS verdict,
         r.outcomes, h.codes || coalesce(r.codes, '{}') AS codes,
         h.operations, h.relations, h.columns, h.fingerprint, h.statement,
         r.rows, r.bulk, r.microseconds, o.database AS home
  FROM sminion.statement_event e
  JOIN sminion.statement_shape h ON h.id = e.shape
  JOIN sminion.log_writer w ON w.id = e.writer
  LEFT JOIN sminion.log_home o ON o.id = w.home
  LEFT JOIN sminion.ticket k ON k.id = e.ticket AND w.home IS NULL
  LEFT JOIN LATERAL (
    SELECT pg_catalog.array_agg(DISTINCT x.outcome) AS outcomes,
           pg_catalog.bool_or(x.outcome = 'refused') AS refused,
           pg_catalog.sum(x.rows)::bigint AS rows,
           pg_catalog.sum(x.bulk)::bigint AS bulk,
           pg_catalog.sum(x.microseconds)::bigint AS microseconds,
           pg_catalog.array_agg(DISTINCT c.code) FILTER (WHERE c.code IS NOT NULL) AS codes
    FROM (
      SELECT e.outcome, e.codes, e.rows, e.bulk, e.microseconds WHERE e.outcome IS NOT NULL
      UNION ALL
      SELECT y.outcome, y.codes, y.rows, y.bulk, y.microseconds
      FROM sminion.statement_result y
      WHERE y.writer = e.writer AND y.statement = e.place AND y.at >= e.at
    ) AS x
    -- a result has one SQLSTATE at most, so nothing is counted twice
    LEFT JOIN LATERAL pg_catalog.unnest(x.codes) AS c (code) ON true
    HAVING pg_catalog.count(*) > 0
  ) AS r ON true;
COMMENT ON VIEW sminion.statement_log IS 'every statement: who, why, what it touched, the verdict, what came of it';

-- views/refusals.sql
-- What was refused: by the analyzer before the statement was sent, or by the server. With a home its ticket is there.
CREATE VIEW sminion.refusals WITH (security_barrier) AS
  SELECT e.at, e.writer, e.place, e.ticket, w.login, k.actor, k.unit, k.purpose, k.reason,
         CASE WHEN h.verdict = 'refused' THEN 'analyzer' ELSE 'server' END AS refused_by,
         h.codes || coalesce(e.codes, '{}') AS codes, h.operations, h.relations, h.columns, h.statement, o.database AS home
  FROM sminion.statement_event e
  JOIN sminion.statement_shape h ON h.id = e.shape
  JOIN sminion.log_writer w ON w.id = e.writer
  LEFT JOIN sminion.log_home o ON o.id = w.home
  LEFT JOIN sminion.ticket k ON k.id = e.ticket AND w.home IS NULL
  WHERE e.refused
  UNION ALL
  SELECT r.at, r.writer, r.statement, e.ticket, w.login, k.actor, k.unit, k.purpose, k.reason, 'server',
         r.codes, h.operations, h.relations, h.columns, h.statement, o.database AS home
  FROM sminion.statement_result r
  JOIN sminion.statement_event e ON e.writer = r.writer AND e.place = r.statement AND e.at <= r.at
  JOIN sminion.statement_shape h ON h.id = e.shape
  JOIN sminion.log_writer w ON w.id = e.writer
  LEFT JOIN sminion.log_home o ON o.id = w.home
  LEFT JOIN sminion.ticket k ON k.id = e.ticket AND w.home IS NULL
  WHERE r.outcome = 'refused';
COMMENT ON VIEW sminion.refusals IS 'what was refused, by the analyzer or by the server, to whom and why';

-- views/write_log.sql
-- Every write to a protected table as auditors see it, by whatever client; with who acted and why, where it was under a
-- ticket. `rows` is NULL for TRUNCATE.
CREATE VIEW sminion.write_log WITH (security_barrier) AS
  SELECT e.at, e.id, e.transaction, e.ticket, e.login, e.role, k.actor, k.unit, k.purpose, k.reason,
         e.operation, e.relation, e.columns, e.rows, e.bulk
  FROM sminion.write_event e
  LEFT JOIN sminion.ticket k ON k.id = e.ticket;
COMMENT ON VIEW sminion.write_log IS 'every write to a protected table: who, why, which columns, how many rows';

-- views/subject_access.sql
-- Who touched data of a subject: one row per result that held the subject's key, and one per write to its rows, with the
-- number that sminion.write_log has for it. Results and writes marked `bulk` list only some of their subjects.
-- With a home the ticket is in that database.
CREATE VIEW sminion.subject_access WITH (security_barrier) AS
  SELECT s.subject, s.at, s.writer, e.place, e.ticket, w.login, k.actor, k.unit, k.purpose, k.reason, h.operations,
         h.relations, h.columns, NULL::bigint AS write, o.database AS home
  FROM sminion.statement_subject s
  JOIN sminion.statement_event e ON e.writer = s.writer AND e.place = s.statement AND e.at <= s.at
  JOIN sminion.statement_shape h ON h.id = e.shape
  JOIN sminion.log_writer w ON w.id = e.writer
  LEFT JOIN sminion.log_home o ON o.id = w.home
  LEFT JOIN sminion.ticket k ON k.id = e.ticket AND w.home IS NULL
  UNION ALL
  SELECT s.subject, s.at, NULL, NULL, e.ticket, e.login, k.actor, k.unit, k.purpose, k.reason, ARRAY[e.operation],
         ARRAY[e.relation], e.columns, e.id, NULL
  FROM sminion.write_subject s
  JOIN sminion.write_event e ON e.id = s.event AND e.at = s.at
  LEFT JOIN sminion.ticket k ON k.id = e.ticket;
COMMENT ON VIEW sminion.subject_access IS 'each access to data of a subject: who, for which purpose, why';

-- grants.sql
-- Nothing in schema `sminion` is for everybody. What logins, compartments, officers, auditors and maintenance may call
-- depends on the policy's roles, and stands in one place: templates/guard_grants.sql.
REVOKE ALL ON ALL TABLES IN SCHEMA sminion FROM PUBLIC;
REVOKE ALL ON ALL SEQUENCES IN SCHEMA sminion FROM PUBLIC;
REVOKE ALL ON ALL ROUTINES IN SCHEMA sminion FROM PUBLIC;
REVOKE ALL ON SCHEMA sminion FROM PUBLIC;
-- Global for this owner, since per-schema defaults cannot take away what PUBLIC has: row triggers come later.
ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON ROUTINES FROM PUBLIC;

-- roles/release.sql
-- Back to the installing role, which gives up its membership: from here on nobody can act as `sminion_owner`.
SELECT pg_catalog.set_config('role', pg_catalog.current_setting('sminion.installer'), true);
DO $sminion$
BEGIN
  IF NOT (SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user) THEN
    EXECUTE pg_catalog.format('REVOKE sminion_owner FROM %I', current_user);
  END IF;
END
$sminion$;
