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
  -- To see whether a connection is encrypted: PostgreSQL shows that of a session to its own role and to members only. INHERIT,
  -- because 15 asks the role and not the membership. Who may not grant it installs all the same: logins are refused over TCP
  -- then, if the policy requires TLS.
  BEGIN
    GRANT pg_read_all_stats TO sminion_owner;
    ALTER ROLE sminion_owner INHERIT;
  EXCEPTION WHEN insufficient_privilege THEN
    RAISE WARNING USING ERRCODE = 'SG224',
      MESSAGE = 'role `sminion_owner` cannot see whether connections are encrypted',
      DETAIL = 'A policy with `require_tls` refuses every login over TCP until it can.',
      HINT = 'As a superuser: GRANT pg_read_all_stats TO sminion_owner; ALTER ROLE sminion_owner INHERIT;';
  END;
  IF NOT (SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user) THEN
    -- Only until the end of the installation: see roles/release.sql.
    EXECUTE pg_catalog.format('GRANT sminion_owner TO %I', current_user);
  END IF;
END
$sminion$;

-- Masks are set without the application's triggers (see sminion.begin_replica_role), where the installing role may allow it.
DO $sminion$
BEGIN
  -- What the script of an extension grants is kept as a privilege of the extension, on a parameter too, and no role of whom that is
  -- said can be dropped: there, a superuser's first `apply` grants it (queries/migrate/lend_replica_role.sql).
  IF NOT pg_catalog.has_parameter_privilege('sminion_owner', 'session_replication_role', 'SET')
    AND NOT EXISTS (SELECT FROM pg_catalog.pg_extension WHERE extname = 'sminion_guard')
  THEN
    GRANT SET ON PARAMETER session_replication_role TO sminion_owner;
  END IF;
EXCEPTION WHEN insufficient_privilege THEN
  RAISE NOTICE 'sminion_owner may not set session_replication_role: triggers of the application hear of masks';
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
  epoch      integer     PRIMARY KEY,
  name       text        NOT NULL,
  version    text        NOT NULL,
  digest     text        NOT NULL,
  document   jsonb       NOT NULL,
  transaction xid8       NOT NULL DEFAULT pg_catalog.pg_current_xact_id(),
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
  fingerprint     text     NOT NULL,
  subject_keys    jsonb    NOT NULL CHECK (
    subject_keys <> '{}' AND NOT pg_catalog.jsonb_path_exists(subject_keys, '$.* ? (@ != "bigint" && @ != "uuid" && @ != "text")')),
  ticket_lifetime interval NOT NULL CHECK (ticket_lifetime > interval '0'),
  require_tls     boolean  NOT NULL,
  ticket_values   jsonb    NOT NULL DEFAULT '{}',
  request_terms   jsonb,
  mask_epoch      integer  NOT NULL,
  default_bits    bigint   NOT NULL,
  consent_bits    bigint   NOT NULL,
  objection_bits  bigint   NOT NULL,
  blocked_bits    bigint   NOT NULL,
  completed_at    timestamptz,
  -- a purpose that needs consent is not permitted by default
  CHECK (default_bits & consent_bits = 0),
  -- only a processing that is permitted by default can be objected to
  CHECK (objection_bits & ~default_bits = 0)
);
COMMENT ON COLUMN sminion.policy.fingerprint IS 'epoch and hash of the document: what clients know the policy by';
COMMENT ON COLUMN sminion.policy.mask_epoch IS 'epoch in which the formula of the masks last changed';
COMMENT ON COLUMN sminion.policy.ticket_values IS 'the values that each ticket carries, name to type';
COMMENT ON COLUMN sminion.policy.request_terms IS
  'the calendar, and the term of each kind of request from each trigger; NULL where the policy names no terms';
COMMENT ON COLUMN sminion.policy.subject_keys IS
  'kinds of subjects, name to the type of their keys; the name of the only kind of a policy that names none is empty';
COMMENT ON TABLE sminion.policy IS 'the policy in force';
COMMENT ON COLUMN sminion.policy.default_bits IS 'purposes permitted without anything the subject did';
COMMENT ON COLUMN sminion.policy.consent_bits IS 'purposes permitted by consent only';
COMMENT ON COLUMN sminion.policy.objection_bits IS 'purposes a subject may object to';
COMMENT ON COLUMN sminion.policy.blocked_bits IS 'purposes that still see a blocked subject';
COMMENT ON COLUMN sminion.policy.completed_at IS
  'when all objects of the policy were in place; NULL while `apply` is at work, and after it was interrupted';

-- tables/purpose.sql
-- Which bit of `guard_mask` stands for which purpose. A bit is never given to another purpose, nor to the same purpose
-- on another basis: rows still carry what it meant when they were last settled.
CREATE TABLE sminion.purpose (
  bit          smallint PRIMARY KEY CHECK (bit BETWEEN 0 AND 59),
  name         text     NOT NULL,
  title        text     NOT NULL,
  basis        text     NOT NULL,
  sees_blocked boolean  NOT NULL,
  retired_at   timestamptz,
  -- the epoch in which the bit was first in force: no consent of an earlier one is about it
  since        integer  NOT NULL,
  -- the bit was made to ask for consents again: those that were given before that moment open nothing, whenever they are recorded
  renews       boolean  NOT NULL DEFAULT false
);
CREATE UNIQUE INDEX purpose_name_in_force ON sminion.purpose (name) WHERE retired_at IS NULL;
COMMENT ON TABLE sminion.purpose IS 'purposes in force and retired, each with its bit of guard_mask';

-- tables/compartment.sql
-- A purpose together with one maximal set of mergeable schemas and tables it reaches: one role. And for each recipient that data are sent
-- to for the purpose one more, which reads of these what the recipient may get, and nothing else.
CREATE TABLE sminion.compartment (
  id           smallint PRIMARY KEY,
  role         name     NOT NULL UNIQUE,
  purpose      text     NOT NULL,
  recipient    text     NOT NULL,
  mask         bigint   NOT NULL,
  schemas      text[]   NOT NULL,
  tables       text[]   NOT NULL,
  sees_blocked boolean  NOT NULL,
  clashes      text[]   NOT NULL,
  gives        jsonb    NOT NULL,
  terms        jsonb    NOT NULL
);
COMMENT ON TABLE sminion.compartment IS 'compartments in force, one role each';
COMMENT ON COLUMN sminion.compartment.recipient IS 'whose compartment it is, entered by exports to it alone; empty for that of the purpose';
COMMENT ON COLUMN sminion.compartment.mask IS 'the one bit of the purpose';
COMMENT ON COLUMN sminion.compartment.clashes IS 'roles whose data may not be merged with these: not in one transaction';
COMMENT ON COLUMN sminion.compartment.schemas IS 'schemas of which it holds everything, or some tables';
COMMENT ON COLUMN sminion.compartment.tables IS 'the tables that it holds, `schema.table`';
COMMENT ON COLUMN sminion.compartment.gives IS 'what it may do: table, then what, then the columns; more of it concerns no open ticket';
COMMENT ON COLUMN sminion.compartment.terms IS 'on which terms: table, then what, then how; any other term ends the open tickets';

-- tables/login.sql
-- Which login may act for which purpose in this database. Memberships are cluster-wide; this is not.
CREATE TABLE sminion.login (
  login                 name    NOT NULL,
  purpose               text    NOT NULL,
  -- to whom it may send data for the purpose; empty for tickets of its own
  recipient             text    NOT NULL,
  may_hold_incompatible boolean NOT NULL,
  -- it owns what is protected, or installs: what it could undo, the policy does not bind it to
  may_own               boolean NOT NULL,
  -- the same in all rows of a login: see open_ticket
  tickets_per_minute    integer NOT NULL CHECK (tickets_per_minute > 0),
  -- likewise: see count_journal
  log_mb_per_minute     integer NOT NULL CHECK (log_mb_per_minute > 0),
  PRIMARY KEY (login, purpose, recipient)
);
COMMENT ON TABLE sminion.login IS 'logins, the purposes they may act for, and to whom they may send data';

-- tables/login_load.sql
-- The counters of what each login writes to the journal: sequence `load_ID`, for sminion.count_journal. A sequence is what the server has
-- that all sessions share and no ROLLBACK takes back, and that nobody waits for. No login has a privilege on one.
--
-- Its value is the minute (since 2025) * 2^32 + units of 256 KB in that minute.
CREATE TABLE sminion.login_load (
  id    integer PRIMARY KEY,
  login name    NOT NULL UNIQUE
);
COMMENT ON TABLE sminion.login_load IS 'numbers of the counters of what each login writes to the journal';
-- Until when (seconds of the epoch) some login has reached its limit: as long, each row of the journal is looked at. Everybody may read
-- this number, since row security of the journal compares it as the login that writes.
CREATE SEQUENCE sminion.load_0;

-- tables/login_consent.sql
-- For which purposes a login may record the consent that it was just given: `may_record_consent` of the policy in force.
CREATE TABLE sminion.login_consent (
  login   name NOT NULL,
  purpose text NOT NULL,
  PRIMARY KEY (login, purpose)
);
COMMENT ON TABLE sminion.login_consent IS 'logins that may record consents, and for which purposes';

-- tables/login_compartment.sql
-- Since which epoch the tickets of a login for a compartment are good. An epoch in which something changed that such a ticket
-- stands on is the first one whose tickets are good: see record_policy. Without a row none is.
--
-- Every guarded statement finds its row here, by the one index. It says nothing of an open ticket itself: a ticket whose
-- transaction commits after the policy changed names the epoch that it was opened in, and is refused like all others.
CREATE TABLE sminion.login_compartment (
  login name    NOT NULL,
  role  name    NOT NULL,
  -- the login may hold incompatible purposes, so that its transactions are marked
  alternating boolean NOT NULL,
  since integer NOT NULL REFERENCES sminion.policy_version (epoch),
  PRIMARY KEY (login, role)
);
COMMENT ON TABLE sminion.login_compartment IS 'compartments of each login, and since which epoch its tickets for them are good';

-- tables/policy_change.sql
-- What ended the tickets of a login for a compartment, one row for each change of a policy that concerned them. A refusal
-- names what stands here; whether a ticket is good is for sminion.login_compartment to say.
CREATE TABLE sminion.policy_change (
  epoch   integer NOT NULL REFERENCES sminion.policy_version (epoch),
  login   name   NOT NULL,
  role    name   NOT NULL,
  purpose text    NOT NULL,
  change  text   NOT NULL,
  PRIMARY KEY (login, role, epoch, change)
);
COMMENT ON TABLE sminion.policy_change IS 'changes of policies that ended tickets; append-only';

-- tables/protected_table.sql
-- The tables whose rows carry a mask, as `settle` and `backfill` need to know them.
CREATE TABLE sminion.protected_table (
  schema_name     text    NOT NULL,
  table_name      text    NOT NULL,
  subject_columns text[]  NOT NULL CHECK (pg_catalog.cardinality(subject_columns) > 0),
  -- of each subject column: its type, what stands before the key in a subject (the kind and a colon, or nothing where the
  -- policy names no kinds), and whether NULL says that the row is about its other subjects only
  key_types       text[]    NOT NULL CHECK (key_types <@ ARRAY['bigint', 'uuid', 'text']),
  prefixes        text[]    NOT NULL,
  optional        boolean[] NOT NULL,
  -- how the subject is found, up to the table that has it: masks that were computed from another one are not kept
  subject_terms   text    NOT NULL,
  depth           integer NOT NULL DEFAULT 0 CHECK (depth >= 0),
  -- where a child finds its subject: `parent_subject` of the row whose `parent_key` is the child's `child_column`
  parent_schema   text,
  parent_table    text,
  parent_key      text,
  parent_subject  text,
  child_column    text,
  -- rows about nobody, whose subjects are all NULL, permit everything; else nothing
  anonymous       boolean NOT NULL DEFAULT false,
  -- bits of the purposes that reach the table, and bits that its rows may carry as an earlier policy meant them: never both
  -- once the masks are filled in. So a change fills in the masks of those tables only that it is about.
  bits            bigint  NOT NULL,
  dated_bits      bigint  NOT NULL DEFAULT 0,
  -- backfill: blocks below `next_block` carry the masks of `backfill_epoch`; NULL means done for that epoch
  next_block      bigint           DEFAULT 0 CHECK (next_block >= 0),
  -- blocks below it with rows that were locked when backfill came to them: it comes again
  gaps            bigint[] NOT NULL DEFAULT '{}',
  PRIMARY KEY (schema_name, table_name),
  CHECK (pg_catalog.cardinality(key_types) = pg_catalog.cardinality(subject_columns)
    AND pg_catalog.cardinality(prefixes) = pg_catalog.cardinality(subject_columns)
    AND pg_catalog.cardinality(optional) = pg_catalog.cardinality(subject_columns)),
  CHECK ((depth = 0) = (pg_catalog.num_nonnulls(parent_schema, parent_table, parent_key, parent_subject, child_column) = 0))
);
COMMENT ON TABLE sminion.protected_table IS 'tables whose rows carry guard_mask, and how far their masks are filled in';
COMMENT ON COLUMN sminion.protected_table.depth IS 'steps from the subject: a child is filled after its parent';

-- tables/explanation.sql
-- What explains an access for a purpose, as the policy in force says it: names and constants, and no SQL. Queries are made of them by
-- sminion.explanation_test.
CREATE TABLE sminion.explanation (
  purpose     text     NOT NULL,
  -- in the order of the policy
  place       smallint NOT NULL CHECK (place > 0),
  words       text     NOT NULL,
  -- a request of the subject that the unit handled; else, without a table, the subject that the ticket names
  request     boolean  NOT NULL,
  -- the table with the subject's own rows
  schema_name text,
  table_name  text,
  -- what such a row must meet, all of it: `column` with one of `field` (of the ticket), `text` and `days`
  tests       jsonb    NOT NULL DEFAULT '[]',
  PRIMARY KEY (purpose, place),
  CHECK ((schema_name IS NULL) = (table_name IS NULL) AND (table_name IS NULL) = (tests = '[]')),
  CHECK (NOT request OR table_name IS NULL)
);
COMMENT ON TABLE sminion.explanation IS 'what explains an access for a purpose, by the policy in force';

-- tables/installed_object.sql
-- What the policy compiled to and is in place: the digest tells INSTALLED from OUTDATED; the fingerprint query
-- tells MISSING (no answer) and ALTERED (another answer than after installing); it reads names from `o.given`, so that one
-- query serves all objects of a kind;
-- the reverse removes what a later policy no longer has, without the compiler that made it.
CREATE TABLE sminion.installed_object (
  key        text        PRIMARY KEY,
  position   integer     NOT NULL,
  digest     text        NOT NULL,
  reverse    text        NOT NULL,
  fingerprint_query text NOT NULL,
  given      jsonb       NOT NULL DEFAULT '{}',
  as_owner   boolean     NOT NULL,
  fingerprint text,
  applied_at timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp()
);
COMMENT ON COLUMN sminion.installed_object.as_owner IS 'whether it is made and undone as `sminion_owner`, not as the installing role';
COMMENT ON TABLE sminion.installed_object IS 'compiled statements in place, with how to recognise and undo each';

-- tables/closed_grant.sql
-- Privileges that `apply` took from PUBLIC or from a login, so that the way back can give them again.
CREATE TABLE sminion.closed_grant (
  statement text        PRIMARY KEY,
  closed_at timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp()
);
COMMENT ON TABLE sminion.closed_grant IS 'grants taken away by apply, as the statements that give them back';

-- tables/guard_object.sql
-- What the installed version made in schema `sminion`, and how each object looked then: what `plan` compares with. Months
-- of the logs look like the month of the installation.
CREATE TABLE sminion.guard_object (
  kind        text NOT NULL CHECK (kind IN ('function', 'table', 'trigger', 'view', 'sequence', 'event trigger', 'other')),
  name        text NOT NULL,
  fingerprint text NOT NULL,
  PRIMARY KEY (kind, name)
);
COMMENT ON TABLE sminion.guard_object IS 'the objects of schema sminion as the installed version made them';

-- tables/row_security_before.sql
-- Whether row security was on, and forced, on a table or partition before `apply` switched it on: the way back leaves it as
-- it was. A table of the application's own policies without them would be open to everybody.
CREATE TABLE sminion.row_security_before (
  relation  regclass PRIMARY KEY,
  protected regclass NOT NULL,
  enabled   boolean  NOT NULL,
  forced    boolean  NOT NULL
);
COMMENT ON TABLE sminion.row_security_before IS 'row security of tables and partitions as it was before the policy';
COMMENT ON COLUMN sminion.row_security_before.protected IS 'the table of the policy that it is, or is a partition of';

-- tables/subject_state.sql
-- What each subject permits. A subject is a key as its type prints it (`17`); where the policy names kinds of subjects, with
-- its kind before it (`employee:17`), here and wherever schema `sminion` names one. `mask` is a pure function of the other columns and of the policy (see sminion.state_mask); it is
-- stored because row triggers read it for every row they see.
CREATE TABLE sminion.subject_state (
  subject    text    COLLATE "C" PRIMARY KEY CHECK (subject <> ''),
  blocked    boolean NOT NULL DEFAULT false,
  -- A block that is limited to schemas: their names, in order; NULL where there is none. It stands beside a block of the whole subject.
  blocked_schemas text[] CHECK (blocked_schemas <> '{}'),
  consents   bigint  NOT NULL DEFAULT 0,
  objections bigint  NOT NULL DEFAULT 0,
  mask       bigint  NOT NULL,
  -- the mask of rows in the schemas of a limited block, its own or another key's; NULL where there is none
  schemas_mask bigint,
  epoch      integer NOT NULL,
  -- for ever: the data were destroyed, or are being, and nobody may write any
  erased     boolean NOT NULL DEFAULT false,
  -- What other keys of the same person deny (sminion.subject_merge); NULL where there is nothing.
  others_blocked boolean CHECK (others_blocked),
  others_blocked_schemas text[] CHECK (others_blocked_schemas <> '{}'),
  -- purposes that were refused, withdrawn or objected to
  others_denied  bigint  CHECK (others_denied <> 0),
  CHECK (NOT erased OR mask = 0),
  -- a block only takes away
  CHECK (schemas_mask & ~mask = 0),
  CHECK ((schemas_mask IS NULL) = (blocked_schemas IS NULL AND others_blocked_schemas IS NULL))
)
-- States change in place, and row triggers lock them: leave room so that updates stay on the page.
WITH (fillfactor = 80);
COMMENT ON TABLE sminion.subject_state IS 'what each subject permits: consents, objections, block, and the mask they make';
-- For `remask` after a change of policy; empty predicates are not possible, so the index is on the epoch itself.
CREATE INDEX subject_state_epoch ON sminion.subject_state (epoch);

-- tables/new_writer.sql
-- Empty. Who writes rows of subjects without a state locks it (ROW SHARE) until the transaction ends, so that `settle` sees
-- that there may be rows which it cannot see yet: see sminion.first_sight. Only `sminion_owner` may.
CREATE TABLE sminion.new_writer ();
COMMENT ON TABLE sminion.new_writer IS 'locked by transactions that write rows of subjects without a state';

-- tables/new_subject.sql
-- Subjects that a row trigger met before anybody had made their state, one row for each transaction that wrote rows of them.
-- No index is unique, so those who write rows of the same new person wait for nobody. `settle` makes the states.
CREATE TABLE sminion.new_subject (
  subject text   COLLATE "C" NOT NULL CHECK (subject <> ''),
  -- what the rows carry
  mask    bigint NOT NULL,
  writer  xid8   NOT NULL DEFAULT pg_catalog.pg_current_xact_id()
);
CREATE INDEX new_subject_subject ON sminion.new_subject (subject);
COMMENT ON TABLE sminion.new_subject IS 'subjects of rows for whom settle is to make a state';

-- tables/young_state.sql
-- States that somebody may not have seen who writes rows of their subject: they are not settled before those have ended. That no
-- stale row is seen says nothing of such a subject, so what is denied to it must be withheld.
CREATE TABLE sminion.young_state (
  subject   text  COLLATE "C" PRIMARY KEY,
  -- the transactions that had sminion.new_writer locked when `settle` first saw the state; NULL before
  waits_for xid[]
);
COMMENT ON TABLE sminion.young_state IS 'states made of late, and the transactions that may not have seen them';

-- tables/withheld.sql
-- Subjects hidden from now on, before the masks of their rows are settled: read by every statement, so kept short.
-- One row a change and not one a subject: a denial is only ever inserted under a number of its own, so it waits for no
-- other transaction, whatever that one holds.
CREATE TABLE sminion.withheld (
  subject text   COLLATE "C",
  -- the event's number in subject_event
  change  bigint,
  denied  bigint NOT NULL CHECK (denied <> 0),
  PRIMARY KEY (subject, change)
);
COMMENT ON TABLE sminion.withheld IS 'subjects withheld since the masks were last settled, and from which purposes';

-- tables/unsettled.sql
-- Subjects whose rows do not yet all carry their mask: the work of `settle`. Apart from `withheld`, which every
-- statement reads, because a million consents given in one import must not slow a single query.
-- One row a change: whoever queues a subject waits for nobody, and `settle` takes away the rows it read and no newer one.
CREATE TABLE sminion.unsettled (
  id      bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  subject text        COLLATE "C" NOT NULL,
  since   timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
  -- when `settle` last came to it and could not finish: those tried longest ago come first, so that nobody waits behind
  -- a subject whose rows are locked
  tried   timestamptz NOT NULL DEFAULT '-infinity',
  -- why: a table that still has stale rows of the subject, how many (NULL when they cannot be seen), and what keeps them;
  -- 'locked: ...' for what passes by itself
  stuck_in   text,
  stale_rows bigint,
  cause      text
);
CREATE INDEX unsettled_next ON sminion.unsettled (tried, since);
CREATE INDEX unsettled_subject ON sminion.unsettled (subject);
COMMENT ON TABLE sminion.unsettled IS 'subjects whose rows wait for settle';

-- tables/pending_change.sql
-- Changes of states that are in force for readers and could not be stored yet, because a transaction holds the lock of the
-- state: that of a writer of the subject's rows, which may be idle, or prepared and nobody's. `settle`, or the next change
-- of the subject, stores them in the order of their numbers. Row triggers read the table, so it is kept short.
CREATE TABLE sminion.pending_change (
  -- the event's number in subject_event
  id      bigint      PRIMARY KEY,
  subject text        COLLATE "C" NOT NULL,
  event   text        NOT NULL,
  purpose text,
  -- of a block, and of its end: only rows in these schemas. Until it is stored, what it denies is denied in all of them.
  schemas text[],
  bit     bigint      NOT NULL,
  -- what no row written meanwhile may permit: 0 for what only permits more
  denied  bigint      NOT NULL,
  since   timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp()
);
CREATE INDEX pending_change_subject ON sminion.pending_change (subject);
COMMENT ON TABLE sminion.pending_change IS 'changes of states that wait for a lock that others hold';

-- tables/subject_event.sql
-- What happened to each subject's state, for ever. Append-only: see triggers/subject_event_append_only.sql.
CREATE TABLE sminion.subject_event (
  id      bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at      timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
  transaction xid8    NOT NULL DEFAULT pg_catalog.pg_current_xact_id(),
  -- NULL once the person was erased from the log
  subject text        COLLATE "C",
  event   text        NOT NULL CHECK (event IN (
            'block', 'unblock', 'give_consent', 'refuse_consent', 'withdraw_consent', 'expire_consent', 'note_refusal',
            'object', 'withdraw_objection', 'erase', 'merge_subjects', 'unmerge_subjects')),
  purpose text,
  reason  text        NOT NULL,
  -- NULL once it was forgotten: see forget_actors
  actor   text,
  login   name        NOT NULL DEFAULT session_user,
  epoch   integer     NOT NULL,
  -- the request for which it was done, if any
  request bigint,
  -- Of a consent. When it was given, refused or withdrawn, where that was before it was recorded: decisions count in the order of
  -- these moments.
  given_at    timestamptz,
  -- SHA-256 of the text that the person saw
  text_sha256 bytea CHECK (pg_catalog.octet_length(text_sha256) = 32),
  -- how it came in; NULL once the person was erased from the log
  channel     text,
  -- the consent, or the block, ends by itself
  until       timestamptz,
  -- of a block that is limited to schemas, and of its end: their names, in order
  schemas     text[] CHECK (schemas <> '{}'),
  CHECK (schemas IS NULL OR event IN ('block', 'unblock')),
  CHECK (until IS NULL OR event IN ('give_consent', 'block')),
  CHECK (event IN ('give_consent', 'refuse_consent', 'withdraw_consent', 'note_refusal')
    OR pg_catalog.num_nonnulls(given_at, text_sha256, channel) = 0),
  -- a block, an erasure, and what keys a person has concern all purposes, everything else exactly one
  CHECK ((event IN ('block', 'unblock', 'erase', 'merge_subjects', 'unmerge_subjects')) = (purpose IS NULL))
);
CREATE INDEX subject_event_subject ON sminion.subject_event (subject, at);
CREATE INDEX subject_event_transaction ON sminion.subject_event (transaction);
COMMENT ON TABLE sminion.subject_event IS 'history of subjects'' states; append-only';

-- tables/subject_merge.sql
-- Which keys belong to one person: one row for each pair that an officer declared to be one. Pairs make chains: all keys that are
-- connected by pairs that have not ended are one person. Only sminion.merge_subjects and sminion.unmerge_subjects write here, and
-- one at a time; the history has two events of each, `merge_subjects` or `unmerge_subjects`, one for each key.
CREATE TABLE sminion.subject_merge (
  id        bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  one       text        COLLATE "C" NOT NULL CHECK (one <> ''),
  other     text        COLLATE "C" NOT NULL,
  merged_at timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
  ended_at  timestamptz,
  CHECK (one < other)
);
CREATE UNIQUE INDEX subject_merge_pair ON sminion.subject_merge (one, other) WHERE ended_at IS NULL;
CREATE INDEX subject_merge_other ON sminion.subject_merge (other) WHERE ended_at IS NULL;
COMMENT ON TABLE sminion.subject_merge IS 'pairs of keys that belong to one person';

-- tables/consent_end.sql
-- Consents that end by themselves, until sminion.expire_consents has dealt with them. Not the history: a queue by time, so that nobody
-- looks through all consents for those that end.
CREATE TABLE sminion.consent_end (
  -- the event's number in subject_event
  event   bigint      PRIMARY KEY,
  subject text        COLLATE "C" NOT NULL,
  purpose text        NOT NULL,
  until   timestamptz NOT NULL
);
CREATE INDEX consent_end_until ON sminion.consent_end (until);
COMMENT ON TABLE sminion.consent_end IS 'consents that end by themselves';

-- tables/block_end.sql
-- Blocks that end by themselves, until sminion.end_blocks has dealt with them: a queue by time, as sminion.consent_end is.
CREATE TABLE sminion.block_end (
  -- the event's number in subject_event
  event   bigint      PRIMARY KEY,
  subject text        COLLATE "C" NOT NULL,
  -- NULL for a block of the whole subject
  schemas text[],
  until   timestamptz NOT NULL
);
CREATE INDEX block_end_until ON sminion.block_end (until);
COMMENT ON TABLE sminion.block_end IS 'blocks that end by themselves';

-- tables/consent_inbox.sql
-- Consents that logins recorded with sminion.record_consent, until sminion.take_consents enters them into the history. Whoever records
-- one only adds a row here: it reads nothing about the person, and takes no lock of theirs, so neither the answer nor its time tells
-- anything. A row that was entered stays for two minutes, for the limit of a minute.
CREATE TABLE sminion.consent_inbox (
  id          bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  login       name        NOT NULL DEFAULT session_user,
  -- the login's own number, by which the limits look up earlier rows
  nth         bigint      NOT NULL,
  at          timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
  transaction xid8        NOT NULL DEFAULT pg_catalog.pg_current_xact_id(),
  subject     text        COLLATE "C" NOT NULL,
  purpose     text        NOT NULL,
  given       boolean     NOT NULL,
  text_sha256 bytea       NOT NULL,
  channel     text        NOT NULL,
  actor       text        NOT NULL,
  entered     boolean     NOT NULL DEFAULT false
);
CREATE INDEX consent_inbox_login ON sminion.consent_inbox (login, nth);
CREATE INDEX consent_inbox_waiting ON sminion.consent_inbox (id) WHERE NOT entered;
COMMENT ON TABLE sminion.consent_inbox IS 'consents that logins recorded, until they are entered into the history';

-- tables/calendar.sql
-- Days on which nobody works, by which the terms of requests are counted. Saturdays and Sundays are free everywhere; a row says what
-- differs from that. A newer version of a calendar is a new row: a date that was computed stays, and says by which version.
-- Append-only.
CREATE TABLE sminion.calendar (
  id           bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name         text        NOT NULL CHECK (name <> ''),
  version      text        NOT NULL CHECK (version <> ''),
  first        date        NOT NULL,
  last         date        NOT NULL,
  -- what is later may move: decrees transfer days from year to year
  known_until  date        NOT NULL,
  holidays     date[]      NOT NULL,
  working_days date[]      NOT NULL,
  loaded_at    timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
  loaded_by    name        NOT NULL DEFAULT session_user,
  CHECK (first < last AND known_until BETWEEN first AND last)
);
CREATE INDEX calendar_name ON sminion.calendar (name, id);
COMMENT ON TABLE sminion.calendar IS 'public holidays and worked weekends, by which terms of requests are counted; append-only';
COMMENT ON COLUMN sminion.calendar.holidays IS 'free days that are no Saturday or Sunday';
COMMENT ON COLUMN sminion.calendar.working_days IS 'Saturdays and Sundays on which people work';

-- tables/request.sql
-- What people ask for, and what the operator found out by itself: one row for each request, with its term. What happened to it stands in
-- sminion.request_event; the functions for officers change a row and write the event in one transaction.
CREATE TABLE sminion.request (
  id             bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  kind           text        NOT NULL CHECK (kind IN (
                   'clarify', 'block', 'destroy', 'withdraw_consent', 'object', 'access', 'stop', 'misconduct')),
  -- NULL where it is about nobody in particular, and once the person was erased from the log
  subject        text        COLLATE "C",
  purpose        text,
  trigger        text        NOT NULL CHECK (trigger IN ('request', 'proof', 'detection', 'purpose_reached')),
  channel        text        NOT NULL,
  representative text,
  unit           text,
  received_at    timestamptz NOT NULL,
  recorded_at    timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
  -- as the policy said it when the request was recorded: a later policy does not move a date
  term           jsonb       NOT NULL,
  -- the last day of the term; `unrolled_on` is before a free day moved it, from which an extension counts
  due_on         date        NOT NULL,
  unrolled_on    date        NOT NULL,
  extended_to    date,
  -- name and version of the calendar, and whether it knew all free days until the date
  calendar       text        NOT NULL,
  provisional    boolean     NOT NULL,
  -- blocks the subject until it is closed, in these schemas only where they are named
  interim        boolean     NOT NULL,
  schemas        text[]      CHECK (schemas <> '{}'),
  identified     boolean     NOT NULL DEFAULT false,
  closed_at      timestamptz,
  outcome        text        CHECK (outcome IN ('granted', 'partly_granted', 'refused', 'withdrawn', 'duplicate')),
  duplicate_of   bigint      REFERENCES sminion.request,
  epoch          integer     NOT NULL,
  CHECK ((closed_at IS NULL) = (outcome IS NULL)),
  CHECK ((outcome IS NOT DISTINCT FROM 'duplicate') = (duplicate_of IS NOT NULL))
);
CREATE INDEX request_subject ON sminion.request (subject);
CREATE INDEX request_open ON sminion.request (due_on) WHERE closed_at IS NULL;
COMMENT ON TABLE sminion.request IS 'requests of people, with their terms';

-- tables/request_event.sql
-- What happened to each request, for ever. Append-only: see triggers/request_event_append_only.sql.
CREATE TABLE sminion.request_event (
  id          bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at          timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
  transaction xid8        NOT NULL DEFAULT pg_catalog.pg_current_xact_id(),
  request     bigint      NOT NULL REFERENCES sminion.request,
  event       text        NOT NULL CHECK (event IN ('opened', 'identified', 'assigned', 'extended', 'noted', 'closed',
                'told', 'failed', 'acknowledged', 'waived',
                'destruction_begun', 'destroyed', 'verified', 'certified')),
  -- never data of a person
  detail      jsonb       NOT NULL DEFAULT '{}',
  reason      text        NOT NULL,
  -- NULL once it was forgotten: see forget_actors
  actor       text,
  login       name        NOT NULL DEFAULT session_user,
  epoch       integer     NOT NULL
);
CREATE INDEX request_event_request ON sminion.request_event (request, id);
CREATE INDEX request_event_transaction ON sminion.request_event (transaction);
COMMENT ON TABLE sminion.request_event IS 'history of requests; append-only';

-- tables/hold.sql
-- What must be kept of a person although the person's data are to be destroyed: the rows of one table, or of all tables that have a
-- column of a category. It ends when an officer releases it, or at `until`; then sminion.maintain destroys what it kept.
CREATE TABLE sminion.hold (
  id             bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  -- NULL once the person was erased from the log
  subject        text        COLLATE "C",
  schema_name    text,
  table_name     text,
  category       text,
  reason         text        NOT NULL,
  -- the law, contract or claim that it rests on
  basis          text        NOT NULL,
  until          timestamptz,
  -- NULL once it was forgotten, as released_by: see forget_actors
  actor          text,
  login          name        NOT NULL DEFAULT session_user,
  placed_at      timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
  released_at    timestamptz,
  release_reason text,
  released_by    text,
  -- sminion.maintain has seen that it is over
  ended          boolean     NOT NULL DEFAULT false,
  CHECK ((schema_name IS NULL) = (table_name IS NULL) AND pg_catalog.num_nonnulls(table_name, category) = 1),
  CHECK (pg_catalog.num_nonnulls(released_at, release_reason) IN (0, 2) AND (released_by IS NULL OR released_at IS NOT NULL))
);
CREATE INDEX hold_subject ON sminion.hold (subject);
CREATE INDEX hold_open ON sminion.hold (until) WHERE NOT ended;
COMMENT ON TABLE sminion.hold IS 'what is kept of people although their data are destroyed, why and until when';

-- tables/retention_rule.sql
-- The retention of each table by the policy in force, and how far sminion.purge_step is with it. Written by sminion.record_retention.
CREATE TABLE sminion.retention_rule (
  schema_name   text,
  table_name    text,
  -- rows are kept for `keep` after the moment in `after_column`, in the time zone `zone`
  after_column  text        NOT NULL,
  keep          text        NOT NULL,
  zone          text        NOT NULL,
  way           text        NOT NULL CHECK (way IN ('destroy', 'depersonalize')),
  -- column to operator, as in the policy
  depersonalize jsonb       NOT NULL DEFAULT '{}',
  -- rows that lead to others go before them
  place         integer     NOT NULL,
  -- in force as it is: sminion.maintain purges by it a day later only, so that a slip in a policy can be taken back
  since         timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
  -- the transaction whose batch runs now: by it triggers know the guard's own deletes
  batch         xid8,
  -- rows of the next batch
  batch_rows    integer     NOT NULL DEFAULT 200 CHECK (batch_rows > 0),
  -- when sminion.maintain looks at it again
  retry_at      timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
  -- the last batch, and when it was last seen that nothing expired was left but what stays
  run_at        timestamptz,
  done_at       timestamptz,
  -- what was in the way when it was tried last
  cause         text,
  -- rows since the rule is there, and those of them that no event of the log tells yet
  purged        bigint      NOT NULL DEFAULT 0,
  unrecorded    bigint      NOT NULL DEFAULT 0,
  batches       bigint      NOT NULL DEFAULT 0,
  longest       interval,
  -- how long nobody had looked, before the look last but what follows at once
  gap           interval,
  -- the partition that transaction `dropping_by` has looked at, and is about to drop
  dropping      oid,
  dropping_name text,
  dropping_rows bigint,
  dropping_by   xid8,
  PRIMARY KEY (schema_name, table_name)
);
CREATE INDEX retention_rule_batch ON sminion.retention_rule (batch) WHERE batch IS NOT NULL;
COMMENT ON TABLE sminion.retention_rule IS 'retention by the policy in force, and how far expired rows are purged';

-- tables/pseudonym_key.sql
-- The secret of pseudonyms (sminion.pseudonym), as the two pads of HMAC-SHA-256. One row; whoever can read it can test whom a pseudonym stands
-- for. No role of a policy may, but for the one for dumps.
CREATE TABLE sminion.pseudonym_key (
  single    boolean     PRIMARY KEY DEFAULT true CHECK (single),
  inner_pad bytea       NOT NULL CHECK (pg_catalog.octet_length(inner_pad) = 64),
  outer_pad bytea       NOT NULL CHECK (pg_catalog.octet_length(outer_pad) = 64),
  made_at   timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp()
);
COMMENT ON TABLE sminion.pseudonym_key IS 'the secret of pseudonyms in depersonalized rows';

-- tables/view_key.sql
-- The secrets of pseudonyms in depersonalized views, one for each view, as the two pads of HMAC-SHA-256. The views read them with the rights of
-- sminion_owner; whoever else can read one can test whom a pseudonym of that view stands for. No role of a policy may, but for the one for dumps.
-- Two views have nothing in common, so that those who read them cannot join what they have.
CREATE TABLE sminion.view_key (
  view      text        COLLATE "C" PRIMARY KEY,
  inner_pad bytea       NOT NULL CHECK (pg_catalog.octet_length(inner_pad) = 64),
  outer_pad bytea       NOT NULL CHECK (pg_catalog.octet_length(outer_pad) = 64),
  made_at   timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp()
);
COMMENT ON TABLE sminion.view_key IS 'the secret of pseudonyms in each depersonalized view';

-- tables/destruction.sql
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

-- tables/destruction_table.sql
-- What a destruction does to each table, and how far it is.
CREATE TABLE sminion.destruction_table (
  destruction    bigint  REFERENCES sminion.destruction,
  schema_name    text,
  table_name     text,
  -- rows that refer to others go before them
  place          integer NOT NULL,
  way            text    NOT NULL CHECK (way IN ('destroy', 'depersonalize')),
  -- of rows about several people
  shared         text    NOT NULL CHECK (shared IN ('last', 'first', 'unlink')),
  -- NULL where they were not counted
  planned        bigint,
  destroyed      bigint  NOT NULL DEFAULT 0,
  depersonalized bigint  NOT NULL DEFAULT 0,
  unlinked       bigint  NOT NULL DEFAULT 0,
  -- held: a hold keeps the rows; done: no row of the person was left
  state          text    NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'held', 'done')),
  -- what was in the way when it was tried last
  cause          text,
  hold           bigint  REFERENCES sminion.hold,
  tried          integer NOT NULL DEFAULT 0,
  -- rows of the next batch
  batch_rows     integer NOT NULL DEFAULT 200 CHECK (batch_rows > 0),
  batches        integer NOT NULL DEFAULT 0,
  longest        interval,
  done_at        timestamptz,
  PRIMARY KEY (destruction, schema_name, table_name)
);
COMMENT ON TABLE sminion.destruction_table IS 'what a destruction does to each table, and how far it is';

-- tables/certificate.sql
-- Certificates of destructions, as they were issued, without the key of the person: the commitment stands in its place. Each is kept for the
-- time that the policy says, three years by default, and removed then by sminion.maintain. Nobody may change it, or remove it before.
CREATE TABLE sminion.certificate (
  id          bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  destruction bigint      NOT NULL REFERENCES sminion.destruction,
  issued_at   timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
  actor       text        NOT NULL,
  login       name        NOT NULL DEFAULT session_user,
  -- byte by byte as it was issued; its SHA-256 stands in the log
  document    text        NOT NULL CHECK (pg_catalog.octet_length(document) <= 1000000),
  sha256      bytea       NOT NULL CHECK (pg_catalog.octet_length(sha256) = 32),
  keep_until  timestamptz NOT NULL,
  UNIQUE (destruction, sha256)
);
CREATE INDEX certificate_keep_until ON sminion.certificate (keep_until);
COMMENT ON TABLE sminion.certificate IS 'certificates of destructions, until their own retention ends';

-- tables/disclosure.sql
-- What was passed on to third parties: one row for each time. Whose data it was stands in sminion.disclosure_subject; each row is an act
-- of the log too. Append-only.
CREATE TABLE sminion.disclosure (
  id          bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  recorded_at timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
  disclosed_at timestamptz NOT NULL,
  login       name        NOT NULL DEFAULT session_user,
  -- NULL once it was forgotten: see forget_actors
  actor       text,
  recipient   text        NOT NULL,
  contract    text        NOT NULL,
  purpose     text        NOT NULL,
  categories  text[]      NOT NULL,
  -- NULL for an export, whose people are named one after the other: see sminion.transfer_end
  persons     bigint,
  reason      text        NOT NULL,
  epoch       integer     NOT NULL
);
CREATE INDEX disclosure_recipient ON sminion.disclosure (recipient, disclosed_at);
COMMENT ON TABLE sminion.disclosure IS 'register of what was passed on to third parties; append-only';

-- tables/disclosure_subject.sql
-- Whose data a disclosure held. A person who is erased from the log goes from here.
CREATE TABLE sminion.disclosure_subject (
  disclosure bigint NOT NULL REFERENCES sminion.disclosure,
  subject    text   COLLATE "C" NOT NULL,
  PRIMARY KEY (disclosure, subject)
);
CREATE INDEX disclosure_subject_subject ON sminion.disclosure_subject (subject);
COMMENT ON TABLE sminion.disclosure_subject IS 'whose data each disclosure held';

-- tables/register_lock.sql
-- No rows and no columns: whoever has it locked adds requests or disclosures (sminion.lock_obligations). Apart from the registers themselves, so that a
-- login that may send data and leaves a transaction open keeps no officer from recording a request.
CREATE TABLE sminion.register_lock ();
COMMENT ON TABLE sminion.register_lock IS 'locked by whoever adds requests or disclosures';

-- tables/transfer.sql
-- Exports to third parties: each is a disclosure too, and this row says what was asked. Committed with the ticket that its rows are read
-- under, so none is read before it is on record. The query is kept without its constants, which may be data of people, beside the
-- digest of all of it. Append-only.
CREATE TABLE sminion.transfer (
  disclosure   bigint      PRIMARY KEY REFERENCES sminion.disclosure,
  -- of sminion.ticket, which is dropped earlier
  ticket       bigint      NOT NULL UNIQUE,
  expires_at   timestamptz NOT NULL,
  basis_ref    text,
  columns      text[]      NOT NULL,
  query        text        NOT NULL,
  query_sha256 bytea       NOT NULL CHECK (length(query_sha256) = 32)
);
COMMENT ON TABLE sminion.transfer IS 'exports to third parties: what was asked; append-only';

-- tables/transfer_end.sql
-- How an export ended: everything was written (`finished`), or nothing is to be kept (`failed`). One that has no row here when its ticket has
-- expired was cut off: its client is gone. Append-only.
CREATE TABLE sminion.transfer_end (
  disclosure bigint      PRIMARY KEY REFERENCES sminion.transfer,
  at         timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
  state      text        NOT NULL CHECK (state IN ('finished', 'failed')),
  -- as the client says them
  rows       bigint      CHECK (rows >= 0),
  bytes      bigint      CHECK (bytes >= 0),
  sha256     bytea       CHECK (length(sha256) = 32),
  -- people that it named; some of them may not be in the file where it says so
  persons    bigint      NOT NULL,
  at_most    boolean     NOT NULL DEFAULT false,
  why        text,
  CHECK ((state = 'finished') = (sha256 IS NOT NULL AND rows IS NOT NULL AND bytes IS NOT NULL)),
  CHECK ((state = 'failed') = (why IS NOT NULL))
);
COMMENT ON TABLE sminion.transfer_end IS 'how exports to third parties ended; append-only';

-- tables/group_salt.sql
-- What the people of groups that were sent are hashed with, for each recipient: the hashes of two recipients have nothing in common. It goes when
-- nothing that was hashed with it is remembered any more. Nobody but sminion_owner reads it.
CREATE TABLE sminion.group_salt (
  recipient text  COLLATE "C" PRIMARY KEY,
  salt      bytea NOT NULL CHECK (length(salt) = 32)
);
COMMENT ON TABLE sminion.group_salt IS 'what people of groups are hashed with, for each recipient';

-- tables/sent_group.sql
-- Groups of people that exports to a recipient with `k` are about: 8 bytes of a salted hash for each person. They count once the export has
-- ended well; those of others are deleted by the maintenance. Nobody but sminion_owner reads it.
CREATE TABLE sminion.sent_group (
  disclosure bigint   NOT NULL REFERENCES sminion.transfer,
  number     bigint   NOT NULL,
  -- the table whose rows they are
  source     text     NOT NULL,
  -- in order, each once
  persons    bigint[] NOT NULL,
  -- how many rows of each of them
  counts     integer[] NOT NULL,
  size       integer  NOT NULL,
  -- how many of them have each value of the last four bits: what is far apart here is far apart in people
  buckets    integer[] NOT NULL CHECK (cardinality(buckets) = 16),
  -- equal for groups of the same people, and for no others
  digest     bytea    NOT NULL,
  CHECK (cardinality(persons) = cardinality(counts)),
  PRIMARY KEY (disclosure, number)
);
COMMENT ON TABLE sminion.sent_group IS 'groups of people in exports to recipients with k, as hashes';

-- tables/obligation.sql
-- Recipients that must be told of a request: one row for each request and recipient that got the person's data. What was done about it
-- stands in sminion.request_event too.
CREATE TABLE sminion.obligation (
  id              bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  request         bigint      NOT NULL REFERENCES sminion.request,
  recipient       text        NOT NULL,
  made_at         timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
  attempts        integer     NOT NULL DEFAULT 0,
  told_at         timestamptz,
  acknowledged_at timestamptz,
  waived_at       timestamptz,
  UNIQUE (request, recipient)
);
COMMENT ON TABLE sminion.obligation IS 'recipients that must be told of a request';

-- domains/actor_text.sql
-- Who acts, in a ticket. A domain, because a statement prepares each CHECK of a table anew, which took a third of the time of
-- writing a ticket; those of a domain are prepared once.
CREATE DOMAIN sminion.actor_text AS text CHECK (pg_catalog.length(VALUE) BETWEEN 1 AND 200);
COMMENT ON DOMAIN sminion.actor_text IS 'who acts';

-- domains/reason_text.sql
-- Why, in a ticket; a domain as actor_text is.
CREATE DOMAIN sminion.reason_text AS text CHECK (pg_catalog.length(VALUE) BETWEEN 1 AND 1000);
COMMENT ON DOMAIN sminion.reason_text IS 'why somebody acts';

-- domains/unit_text.sql
-- For which unit, in a ticket; a domain as actor_text is.
CREATE DOMAIN sminion.unit_text AS text CHECK (pg_catalog.length(VALUE) <= 200);
COMMENT ON DOMAIN sminion.unit_text IS 'the unit that somebody acts for';

-- domains/basis_text.sql
-- The document that a ticket names as its basis; a domain as actor_text is.
CREATE DOMAIN sminion.basis_text AS text CHECK (pg_catalog.length(VALUE) <= 400);
COMMENT ON DOMAIN sminion.basis_text IS 'the document that an access rests on';

-- domains/values_json.sql
-- The values of a ticket; a domain as actor_text is.
CREATE DOMAIN sminion.values_json AS jsonb CHECK (pg_catalog.length(VALUE::text) <= 8000);
COMMENT ON DOMAIN sminion.values_json IS 'what rules of rows compare with';

-- tables/ticket.sql
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
-- Each process that writes the log of statements: whose it is, and the place of its last row that sminion.fold has moved to
-- the log, so that none can be missing between two.
CREATE TABLE sminion.log_writer (
  id             bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  login          name        NOT NULL DEFAULT session_user,
  opened_at      timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
  transaction    xid8        NOT NULL DEFAULT pg_catalog.pg_current_xact_id(),
  client_address inet        DEFAULT pg_catalog.inet_client_addr(),
  application    text        NOT NULL DEFAULT pg_catalog.current_setting('application_name'),
  -- where the tickets of its events are; NULL for this database
  home           bigint      REFERENCES sminion.log_home (id),
  -- Of the secret that only the process knows: another session of the same login, which knows the number, cannot write in
  -- the process's name.
  secret_hash    bytea       NOT NULL,
  place          bigint      NOT NULL DEFAULT 0
)
-- Folding moves `place`: leave room so that the row stays on its page.
WITH (fillfactor = 50);
-- How many a login opened of late. Folding changes none of its columns, so the row stays on its page.
CREATE INDEX log_writer_login ON sminion.log_writer (login, opened_at);
CREATE INDEX log_writer_transaction ON sminion.log_writer (transaction);
COMMENT ON TABLE sminion.log_writer IS 'the processes that write the log of statements, and how far each has come';

-- tables/statement_shape.sql
-- What a statement is, apart from its occasion: its text without constants, what it touches, the verdict on it. An
-- application sends few shapes many times, so a statement's own row names its shape and stays short. Append-only; it holds
-- nobody's data, so retention leaves it alone.
CREATE TABLE sminion.statement_shape (
  id          bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  -- of all that follows but the time, the login and the size; not unique: see sminion.log_shape
  digest      bytea       NOT NULL,
  seen_at     timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
  -- who recorded it first
  login       name        NOT NULL DEFAULT session_user,
  -- bytes of all shapes that the login has recorded up to this one
  recorded    bigint      NOT NULL CHECK (recorded > 0),
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
CREATE INDEX statement_shape_digest ON sminion.statement_shape (digest, id);
CREATE INDEX statement_shape_login ON sminion.statement_shape (login, seen_at);
COMMENT ON TABLE sminion.statement_shape IS 'the forms of statements: text without constants, what it touches, the verdict';

-- tables/statement_event.sql
-- One row per statement, as sminion.fold took it from the journal. `writer` and `place` name it, and give the order in which
-- the application sent its statements. Append-only; partitions are made by sminion.make_month.
--
-- What came of it stands here where it was known in time, as for most short statements; else, and for each further result,
-- in sminion.statement_result.
CREATE TABLE sminion.statement_event (
  at           timestamptz NOT NULL,
  -- of the event, without gaps, over all kinds of events
  number       bigint      NOT NULL,
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
COMMENT ON TABLE sminion.statement_event IS 'every statement: under which ticket, of which shape, what came of it';

-- tables/statement_result.sql
-- What came of a statement: one row for each result (a cursor has one per fetch, a statement that was cut off none).
-- Append-only; partitions are made by sminion.make_month.
CREATE TABLE sminion.statement_result (
  at           timestamptz NOT NULL,
  -- of the event
  number       bigint      NOT NULL,
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
COMMENT ON TABLE sminion.statement_result IS 'what came of each statement: outcome, rows, duration';

-- tables/statement_subject.sql
-- Whose data a result held: one compact row per result and subject. Append-only; partitions are made by
-- sminion.make_month.
CREATE TABLE sminion.statement_subject (
  at        timestamptz NOT NULL,
  writer    bigint      NOT NULL,
  -- the place of the statement
  statement bigint      NOT NULL,
  -- of the event: the statement's own, or that of a result
  number    bigint      NOT NULL,
  subject   text        COLLATE "C" NOT NULL
) PARTITION BY RANGE (at);
COMMENT ON TABLE sminion.statement_subject IS 'whose data each result held';

-- tables/log_fault.sql
-- What a login wrote to the log and the log could not take for what it claims to be: under a ticket of another login, without
-- the writer's secret, at a place that is taken, of an unknown form. And what is missing. Nothing of it is dropped without a
-- row here. Append-only; partitions are made by sminion.make_month.
CREATE TABLE sminion.log_fault (
  at      timestamptz NOT NULL,
  -- the number of the event
  number  bigint      NOT NULL,
  login   name        NOT NULL,
  -- as the login claims it
  writer  bigint      NOT NULL,
  place   bigint      NOT NULL,
  code    text        NOT NULL,
  message text        NOT NULL,
  -- what was written, cut off after 4,000 characters; NULL where nothing was
  entry   text,
  -- how many bytes were written, and their SHA-256
  size    integer     NOT NULL,
  digest  bytea       NOT NULL
) PARTITION BY RANGE (at);
COMMENT ON TABLE sminion.log_fault IS 'entries of the log that are not what they claim to be, and places that are missing';

-- tables/journal.sql
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

-- tables/busy_minute.sql
-- What sminion.count_journal notes of minutes in which a login wrote much to the journal: a row for each twentieth of its limit. Shown by
-- sminion.journal_minutes; sminion.drop_log removes old ones.
CREATE TABLE sminion.busy_minute (
  login     name        NOT NULL,
  minute    timestamptz NOT NULL,
  megabytes bigint      NOT NULL,
  permitted bigint      NOT NULL
);
CREATE INDEX busy_minute_minute ON sminion.busy_minute (minute);
COMMENT ON TABLE sminion.busy_minute IS 'minutes in which a login wrote much to the journal: see sminion.journal_minutes';

-- tables/fold_state.sql
-- How far sminion.fold has come: one row, and whoever has it locked folds. It is made by sminion.begin_log: before, there is
-- nothing to fold. A row that the installation made would meet that of a dump, where an extension brings the table.
CREATE TABLE sminion.fold_state (
  -- of the last event
  number            bigint      NOT NULL,
  -- No row of sminion.journal has a lower transaction. It keeps a search from reading what was removed.
  lowest            xid8        NOT NULL,
  -- Transaction numbers mean something in one cluster only: in a restored copy they are given anew.
  system_identifier bigint      NOT NULL,
  folded_at         timestamptz NOT NULL
);
COMMENT ON TABLE sminion.fold_state IS 'the number of the last event of the log, and how far the journal is folded';

-- tables/folded_batch.sql
-- Batches of the last hour that are in the log: a batch that comes once more, because its answer was lost, is recognized.
CREATE TABLE sminion.folded_batch (
  writer    bigint      NOT NULL,
  first     bigint      NOT NULL,
  proof     bytea       NOT NULL,
  folded_at timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
  PRIMARY KEY (writer, first)
);
CREATE INDEX folded_batch_folded_at ON sminion.folded_batch (folded_at);
COMMENT ON TABLE sminion.folded_batch IS 'batches of the last hour that sminion.fold has moved to the log';

-- tables/maintenance_state.sql
-- When sminion.maintain last ran, and what stopped it: one row for each step. Whoever has the row locked runs the step.
CREATE TABLE sminion.maintenance_state (
  step      text        PRIMARY KEY,
  done_at   timestamptz,
  failed_at timestamptz,
  code      text,
  message   text
);
INSERT INTO sminion.maintenance_state (step) VALUES ('instance'), ('fold'), ('tree'), ('months'), ('expire'), ('consents'), ('settle'), ('destroy'), ('retention'), ('actors'), ('tidy');
COMMENT ON TABLE sminion.maintenance_state IS 'the steps of sminion.maintain: when each was done, and what stopped it';

-- tables/instance.sql
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

-- tables/replayed.sql
-- What was repeated in this database from a ledger, after it was restored from a backup: one row for each entry that was not in it.
CREATE TABLE sminion.replayed (
  -- of the file, and of the event in the log that the file was written from
  ledger      text        NOT NULL,
  number      bigint      NOT NULL,
  -- the moment of the event
  at          timestamptz NOT NULL,
  replayed_at timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
  login       name        NOT NULL DEFAULT session_user,
  -- a request or hold has another number here, if its own was taken
  kind        text,
  was         bigint,
  became      bigint,
  PRIMARY KEY (ledger, number)
);
CREATE INDEX replayed_was ON sminion.replayed (ledger, kind, was) WHERE was IS NOT NULL;
COMMENT ON TABLE sminion.replayed IS 'what was repeated from a ledger after a restore';

-- tables/replay.sql
-- Replays of ledgers that ended. sminion.accept_restore asks for one that ended in this database, and not in the one that the backup is
-- of: `made` and `timeline` say it, as those of sminion.instance.
CREATE TABLE sminion.replay (
  id       bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  ledger   text        NOT NULL,
  -- the last event that it has
  size     bigint      NOT NULL,
  ended_at timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
  login    name        NOT NULL DEFAULT session_user,
  -- entries that could not be repeated
  failed   bigint      NOT NULL,
  made     xid,
  timeline text        NOT NULL
);
COMMENT ON TABLE sminion.replay IS 'replays of ledgers that ended';

-- tables/write_ticket.sql
-- Under which ticket a statement that writes began: noted before its first row, read when it is recorded. A client cannot
-- change it, as it can a setting in mid-statement. Only the transaction that made a row needs it, so every row that another
-- one sees is over: sminion.settle removes them. Lost in a crash, as the transactions are.
--
-- One row for each statement of the client, whatever it runs. It is found by its place, which sminion.fix_ticket leaves in a
-- setting, and never through the index: a search would let serializable transactions that write at once fail each other.
CREATE UNLOGGED TABLE sminion.write_ticket (
  transaction xid8        NOT NULL,
  -- statement_timestamp()
  statement   timestamptz NOT NULL,
  ticket      bigint      NOT NULL,
  -- the ticket's role, and the mask of its purpose
  role        name        NOT NULL,
  mask        bigint      NOT NULL,
  -- the subject that the ticket names, where sminion.permit_correction looks at the write: the ticket rests on a request, or its purpose
  -- sees blocked people
  about       text,
  PRIMARY KEY (transaction, statement)
);
COMMENT ON TABLE sminion.write_ticket IS 'tickets of the statements that are writing just now';

-- tables/write_event.sql
-- One row per statement that wrote to a protected table, by whatever client: made by the table's own triggers in the
-- statement's transaction, so a write that was rolled back left none. Append-only; partitions are made by
-- sminion.make_month.
--
-- `at`, then `id`, is the order. The number is random and from no sequence: made in the application's session, it would
-- become what lastval() answers there after an INSERT.
--
-- Without CHECKs: each would be read from the catalog and prepared anew by every statement that writes, which took half of
-- the time of this INSERT. Only sminion.record_write inserts here, and what it inserts is its own.
CREATE TABLE sminion.write_event (
  at          timestamptz NOT NULL,
  -- of the event, over all kinds of events
  number      bigint      NOT NULL,
  id          bigint      NOT NULL,
  transaction xid8        NOT NULL,
  -- the one that was entered, if it is a ticket of this login; NULL for those whom row security does not bind
  ticket      bigint,
  login       name        NOT NULL,
  -- what the session acted as; in a definer function, what its caller acts as
  role        name        NOT NULL,
  -- collect, clarify or delete
  operation   text        NOT NULL,
  relation    text        NOT NULL,
  -- names, never values: those that got a value (collect), those whose value changed (clarify)
  columns     text[]      NOT NULL,
  -- NULL for all rows of the table at once, uncounted: TRUNCATE
  rows        bigint,
  -- how many subjects were not listed one by one, because they were too many
  bulk        bigint
) PARTITION BY RANGE (at);
COMMENT ON TABLE sminion.write_event IS 'every write to a protected table: who, what, which columns, how many rows';

-- tables/write_subject.sql
-- Whose data a write touched, before it and after: one compact row per write and subject. Append-only; partitions are
-- made by sminion.make_month.
CREATE TABLE sminion.write_subject (
  at      timestamptz NOT NULL,
  -- sminion.write_event.id, of the same `at`
  event   bigint      NOT NULL,
  -- of the event
  number  bigint      NOT NULL,
  subject text        COLLATE "C" NOT NULL
) PARTITION BY RANGE (at);
COMMENT ON TABLE sminion.write_subject IS 'whose data each write touched';

-- tables/dropped_log.sql
-- Which months of the logs of statements and writes were dropped, by whom and why. Append-only.
CREATE TABLE sminion.dropped_log (
  id         bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at         timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
  transaction xid8       NOT NULL DEFAULT pg_catalog.pg_current_xact_id(),
  login      name        NOT NULL DEFAULT session_user,
  reason     text        NOT NULL,
  month      date        NOT NULL,
  statements bigint      NOT NULL,
  writes     bigint      NOT NULL,
  -- All events of the month, and the lowest and highest of their numbers: so nothing else can be taken for dropped.
  events       bigint    NOT NULL,
  first_number bigint,
  last_number  bigint
);
COMMENT ON TABLE sminion.dropped_log IS 'months of the logs of statements and writes that retention dropped; append-only';

-- tables/act.sql
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

-- tables/report.sql
-- Access reports: which login may read the data of which subject, for how long, and what for. Each is an act of the log; the key stands
-- here only, since an act names nobody. See sminion.begin_report.
CREATE TABLE sminion.report (
  act         bigint      PRIMARY KEY REFERENCES sminion.act,
  at          timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
  -- the one that wrote the row: there the report opens nothing, since a rollback would leave no trace of it
  transaction xid8        NOT NULL DEFAULT pg_catalog.pg_current_xact_id(),
  login       name        NOT NULL DEFAULT session_user,
  -- NULL once the person was erased from the log
  subject     text        COLLATE "C",
  -- the other keys of the person, whose data it covers too: they are told of it also when they are no longer one person
  other_keys  text[]      COLLATE "C" CHECK (other_keys <> '{}'),
  -- the request that it answers, if any
  request     bigint      REFERENCES sminion.request,
  epoch       integer     NOT NULL
);
CREATE INDEX report_subject ON sminion.report (subject);
CREATE INDEX report_other_keys ON sminion.report USING gin (other_keys);
COMMENT ON TABLE sminion.report IS 'access reports: who read all data of which subject; append-only';

-- tables/salt.sql
-- What the commitments in the leaves of the log are salted with: one row for each person and login that the log names, and for each
-- actor in each month. So the names of a month can be forgotten while the same people go on working: see sminion.forget_actors.
--
-- A leaf names nobody. It has SHA-256(SHA-256(salt || number of the event || name of the field) || value), so nobody can find the
-- value by hashing every possible one, and two leaves about one person have nothing in common. The inner hash opens one field of
-- one event only. Without the row nobody can say any more whom a leaf is about, and every proof stays valid.
--
-- holder: `subject:` and the key; `actor:`, the month of the event (UTC) and the name; `texts:` and the month, of reasons and references;
--         or `login:` and the name.
-- salt:   244 random bits, hashed once.
CREATE TABLE sminion.salt (
  holder text  COLLATE "C" PRIMARY KEY,
  salt   bytea NOT NULL DEFAULT pg_catalog.sha256(pg_catalog.uuid_send(pg_catalog.gen_random_uuid())
           || pg_catalog.uuid_send(pg_catalog.gen_random_uuid()))
           CHECK (pg_catalog.octet_length(salt) = 32)
);
COMMENT ON TABLE sminion.salt IS 'salts of the commitments that stand in the leaves of the log instead of names';

-- tables/erased.sql
-- Commitments of what was erased from the log: the value is gone, and its salt, and the leaf is still the one that was sealed.
-- Append-only.
CREATE TABLE sminion.erased (
  -- of the event
  number bigint NOT NULL,
  -- as in sminion.leaves
  field  text   NOT NULL,
  hash   bytea  NOT NULL CHECK (pg_catalog.octet_length(hash) = 32)
);
CREATE INDEX erased_number ON sminion.erased (number);
COMMENT ON TABLE sminion.erased IS 'commitments of values that were erased from the log; append-only';

-- tables/erasure.sql
-- Who was erased from the log within the last day. A process may still have rows about them that it has not written yet: what
-- sminion.fold takes from the journal meanwhile does not bring them back.
CREATE TABLE sminion.erasure (
  -- as in sminion.salt
  holder text        COLLATE "C" PRIMARY KEY,
  at     timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp()
);
COMMENT ON TABLE sminion.erasure IS 'who was erased from the log within the last day';

-- tables/forgotten_actors.sql
-- How far sminion.forget_actors has come, for each kind of events that says who acted: the number of the last one that it has done.
CREATE TABLE sminion.forgotten_actors (
  source text   PRIMARY KEY,
  -- number of an event
  key    bigint NOT NULL DEFAULT 0
);
COMMENT ON TABLE sminion.forgotten_actors IS 'how far names of actors and addresses of clients have been taken out of the log';

-- tables/event_run.sql
-- Which events have the numbers that no row of a table keeps itself: those of tickets, writers, states, policies, dropped months,
-- suspensions and acts. One row for each kind and call of sminion.number_events; the n-th key is event `first` + n - 1. Eight bytes
-- an event, where a row for each would take fifty. Append-only.
CREATE TABLE sminion.event_run (
  first bigint   PRIMARY KEY,
  kind  text     NOT NULL,
  -- At most 5,000 (sminion.number_events): so a search knows how far before a number its run can begin.
  keys  bigint[] NOT NULL CHECK (pg_catalog.cardinality(keys) BETWEEN 1 AND 5000)
);
CREATE INDEX event_run_kind ON sminion.event_run (kind, first);
COMMENT ON TABLE sminion.event_run IS 'numbers of events whose own rows have none; append-only';

-- tables/event_source.sql
-- How far the events of each kind are numbered (sminion.number_events): all with a lower transaction, and those of this
-- transaction up to the key. The rows are made by sminion.begin_log.
CREATE TABLE sminion.event_source (
  kind        text   PRIMARY KEY,
  transaction xid8   NOT NULL DEFAULT '0',
  key         bigint NOT NULL DEFAULT 0,
  -- Rows up to this key came with a copy of another cluster, and have transactions of that one.
  restored    bigint NOT NULL DEFAULT -1
);
COMMENT ON TABLE sminion.event_source IS 'how far the events of each kind are numbered';

-- tables/tile.sql
-- The Merkle tree of the log (RFC 6962) as tiles of C2SP tlog-tiles: `hashes` is what a file of the tile holds, up to 256 hashes of
-- 32 bytes. A tile of level 0 has the hashes of leaves, one of level n the roots of full tiles of level n - 1.
-- sminion.grow_tree appends to the last tile of each level, and nothing else ever changes here.
CREATE TABLE sminion.tile (
  level  smallint NOT NULL CHECK (level BETWEEN 0 AND 7),
  index  bigint   NOT NULL CHECK (index >= 0),
  hashes bytea    NOT NULL CHECK (pg_catalog.octet_length(hashes) % 32 = 0
           AND pg_catalog.octet_length(hashes) BETWEEN 32 AND 8192),
  PRIMARY KEY (level, index)
);
-- Hashes cannot be compressed.
ALTER TABLE sminion.tile ALTER hashes SET STORAGE EXTERNAL;
COMMENT ON TABLE sminion.tile IS 'the Merkle tree of the log, as tiles of C2SP tlog-tiles';

-- tables/tree_state.sql
-- How many events are leaves of the tree: one row, and whoever has it locked appends. It is made by sminion.begin_log, as
-- that of fold_state.
CREATE TABLE sminion.tree_state (
  size     bigint      NOT NULL DEFAULT 0 CHECK (size >= 0),
  grown_at timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp()
);
COMMENT ON TABLE sminion.tree_state IS 'how many events are leaves of the Merkle tree';

-- tables/checkpoint.sql
-- Checkpoints that were signed (C2SP tlog-checkpoint), for whoever verifies. They prove nothing by standing here: whoever may change
-- rows may change these. What was signed last is remembered outside of the database. Append-only.
CREATE TABLE sminion.checkpoint (
  size  bigint      NOT NULL CHECK (size >= 0),
  root  bytea       NOT NULL CHECK (pg_catalog.octet_length(root) = 32),
  note  text        NOT NULL CHECK (pg_catalog.length(note) <= 65536),
  at    timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
  login name        NOT NULL DEFAULT session_user
);
-- Not unique: a key that is rotated, or a witness that answered late, gives another note about the same tree.
CREATE INDEX checkpoint_size ON sminion.checkpoint (size);
COMMENT ON TABLE sminion.checkpoint IS 'signed checkpoints of the log; append-only';

-- tables/ddl_migration.sql
-- Empty. Its comment is how a migration of the guard proves itself to the event triggers: it names the transaction that may
-- change what protects the tables. Only `sminion_owner` can write a comment on it, everybody can read it (which the event triggers
-- need, since they run as whoever trips them), and a rollback takes it back.
--
-- Made by CREATE EXTENSION of a dump, it says so until the first maintenance or `apply`: see extension/end.sql.
CREATE TABLE sminion.ddl_migration ();
COMMENT ON TABLE sminion.ddl_migration IS 'no migration of the guard is at work';

-- tables/ddl_suspension.sql
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

-- functions/log/append_only.sql
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

-- functions/log/erasable_append_only.sql
-- Trigger of the tables that say whose data an event held, or who acted: as sminion.append_only, but that sminion.erase_from_log may take a
-- person out, and sminion.forget_actors names of actors. Whoever can pretend to be that function has the rights of `sminion_owner` already.
CREATE FUNCTION sminion.erasable_append_only() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $sminion$
BEGIN
  IF current_user = 'sminion_owner' AND current_setting('sminion.erasing', true) = pg_current_xact_id()::text THEN
    IF TG_OP = 'DELETE' AND to_jsonb(OLD) ?| ARRAY['statement', 'event'] AND NOT to_jsonb(OLD) ? 'transaction' THEN
      RETURN OLD;
    ELSIF TG_OP = 'UPDATE' AND to_jsonb(NEW) = to_jsonb(OLD)
      || (CASE WHEN to_jsonb(OLD) ? 'channel' THEN '{"subject": null, "channel": null}' ELSE '{"subject": null}' END)::jsonb
      -- one key of several
      OR TG_OP = 'UPDATE' AND to_jsonb(NEW) - 'other_keys' = to_jsonb(OLD) - 'other_keys'
        AND to_jsonb(OLD) -> 'other_keys' @> coalesce(nullif(to_jsonb(NEW) -> 'other_keys', 'null'), '[]')
      -- sminion.forget_actors
      OR TG_OP = 'UPDATE' AND to_jsonb(OLD) ? 'actor' AND to_jsonb(NEW) = to_jsonb(OLD) || '{"actor": null}'
    THEN
      RETURN NEW;
    END IF;
  END IF;
  RAISE EXCEPTION USING ERRCODE = 'SG505',
    MESSAGE = format('`%I.%I` is append-only: %s refused', TG_TABLE_SCHEMA, TG_TABLE_NAME, lower(TG_OP)),
    HINT = 'Record a correction as a new event.';
END
$sminion$;

-- functions/tickets/ticket_append_only.sql
-- Trigger of the access log: a ticket changes in one way only, from open to revoked, and is removed only by sminion.drop_tickets,
-- long after it expired. Until its transaction ends, sminion.open_ticket may correct which subtransaction made it.
CREATE FUNCTION sminion.ticket_append_only() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  expected sminion.ticket;
BEGIN
  IF TG_OP = 'UPDATE' THEN
    expected := OLD;
    -- sminion.erase_from_log: see sminion.erasable_append_only.
    IF current_user = 'sminion_owner' AND current_setting('sminion.erasing', true) = pg_current_xact_id()::text THEN
      expected.subject := NULL;
      IF NEW = expected THEN
        RETURN NEW;
      END IF;
      expected := OLD;
      -- sminion.forget_actors
      expected.actor := NULL;
      expected.client_address := NULL;
      expected.application := '';
      IF NEW = expected THEN
        RETURN NEW;
      END IF;
      expected := OLD;
    END IF;
    IF OLD.writer = pg_current_xact_id() THEN
      expected.made_in := NEW.made_in;
      IF NEW = expected THEN
        RETURN NEW;
      END IF;
      expected := OLD;
    END IF;
    expected.revoked_at := NEW.revoked_at;
    expected.revoked_by := NEW.revoked_by;
    expected.revoked_why := NEW.revoked_why;
    IF OLD.revoked_at IS NULL AND NEW.revoked_at IS NOT NULL AND NEW.revoked_by IS NOT NULL AND NEW.revoked_why IS NOT NULL
      AND NEW = expected
    THEN
      RETURN NEW;
    END IF;
  END IF;
  -- As sminion.erase_from_log above: whoever can pretend to be that function has the rights of `sminion_owner` already.
  IF TG_OP = 'DELETE' AND current_user = 'sminion_owner'
    AND current_setting('sminion.dropping', true) = pg_current_xact_id()::text
    AND OLD.expires_at < clock_timestamp() - interval '7 days'
  THEN
    RETURN OLD;
  END IF;
  RAISE EXCEPTION USING ERRCODE = 'SG505',
    MESSAGE = format('`sminion.ticket` is append-only: %s refused', lower(TG_OP)),
    HINT = 'A ticket can only be revoked: `sminion.revoke_ticket`.';
END
$sminion$;

-- functions/log/journal_append_only.sql
-- Trigger of the journal: its rows are never changed, and only sminion.fold removes them, when it has moved them to the log.
CREATE FUNCTION sminion.journal_append_only() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  stack text;
  lines text[];
  words text;
BEGIN
  GET DIAGNOSTICS stack = PG_CONTEXT;
  lines := string_to_array(stack, E'\n');
  words := left(lines[1], position('sminion.journal_append_only()' IN lines[1]) - 1);
  IF TG_OP = 'DELETE' AND EXISTS (SELECT FROM unnest(lines) AS l (line) WHERE starts_with(l.line, words || 'sminion.fold(integer)'))
  THEN
    RETURN NULL;
  END IF;
  RAISE EXCEPTION USING ERRCODE = 'SG505',
    MESSAGE = format('`sminion.journal` is append-only: %s refused', lower(TG_OP)),
    HINT = 'Run `CALL sminion.maintain()`, which moves its rows to the log.';
END
$sminion$;

-- triggers/policy_version_append_only.sql
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON sminion.policy_version
  FOR EACH ROW EXECUTE FUNCTION sminion.append_only();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON sminion.policy_version
  FOR EACH STATEMENT EXECUTE FUNCTION sminion.append_only();

-- triggers/policy_change_append_only.sql
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON sminion.policy_change
  FOR EACH ROW EXECUTE FUNCTION sminion.append_only();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON sminion.policy_change
  FOR EACH STATEMENT EXECUTE FUNCTION sminion.append_only();

-- triggers/subject_event_append_only.sql
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON sminion.subject_event
  FOR EACH ROW EXECUTE FUNCTION sminion.erasable_append_only();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON sminion.subject_event
  FOR EACH STATEMENT EXECUTE FUNCTION sminion.append_only();

-- triggers/calendar_append_only.sql
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON sminion.calendar
  FOR EACH ROW EXECUTE FUNCTION sminion.append_only();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON sminion.calendar
  FOR EACH STATEMENT EXECUTE FUNCTION sminion.append_only();

-- triggers/request_event_append_only.sql
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON sminion.request_event
  FOR EACH ROW EXECUTE FUNCTION sminion.erasable_append_only();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON sminion.request_event
  FOR EACH STATEMENT EXECUTE FUNCTION sminion.append_only();

-- triggers/certificate_append_only.sql
CREATE TRIGGER append_only BEFORE UPDATE ON sminion.certificate
  FOR EACH ROW EXECUTE FUNCTION sminion.append_only();
CREATE TRIGGER append_only_delete BEFORE DELETE ON sminion.certificate
  FOR EACH ROW WHEN (OLD.keep_until > pg_catalog.clock_timestamp()) EXECUTE FUNCTION sminion.append_only();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON sminion.certificate
  FOR EACH STATEMENT EXECUTE FUNCTION sminion.append_only();

-- triggers/report_append_only.sql
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON sminion.report
  FOR EACH ROW EXECUTE FUNCTION sminion.erasable_append_only();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON sminion.report
  FOR EACH STATEMENT EXECUTE FUNCTION sminion.append_only();

-- triggers/disclosure_append_only.sql
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON sminion.disclosure
  FOR EACH ROW EXECUTE FUNCTION sminion.erasable_append_only();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON sminion.disclosure
  FOR EACH STATEMENT EXECUTE FUNCTION sminion.append_only();

-- triggers/transfer_append_only.sql
-- The end of an export writes its row anew, and changes nothing of it: see sminion.own_transfer.
CREATE TRIGGER append_only BEFORE UPDATE ON sminion.transfer
  FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION sminion.append_only();
CREATE TRIGGER append_only_delete BEFORE DELETE ON sminion.transfer
  FOR EACH ROW EXECUTE FUNCTION sminion.append_only();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON sminion.transfer
  FOR EACH STATEMENT EXECUTE FUNCTION sminion.append_only();

-- triggers/transfer_end_append_only.sql
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON sminion.transfer_end
  FOR EACH ROW EXECUTE FUNCTION sminion.append_only();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON sminion.transfer_end
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
  FOR EACH ROW EXECUTE FUNCTION sminion.erasable_append_only();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON sminion.statement_subject
  FOR EACH STATEMENT EXECUTE FUNCTION sminion.append_only();

-- triggers/log_fault_append_only.sql
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON sminion.log_fault
  FOR EACH ROW EXECUTE FUNCTION sminion.append_only();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON sminion.log_fault
  FOR EACH STATEMENT EXECUTE FUNCTION sminion.append_only();

-- triggers/journal_append_only.sql
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON sminion.journal
  FOR EACH STATEMENT EXECUTE FUNCTION sminion.journal_append_only();

-- triggers/write_event_append_only.sql
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON sminion.write_event
  FOR EACH ROW EXECUTE FUNCTION sminion.append_only();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON sminion.write_event
  FOR EACH STATEMENT EXECUTE FUNCTION sminion.append_only();

-- triggers/write_subject_append_only.sql
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON sminion.write_subject
  FOR EACH ROW EXECUTE FUNCTION sminion.erasable_append_only();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON sminion.write_subject
  FOR EACH STATEMENT EXECUTE FUNCTION sminion.append_only();

-- triggers/dropped_log_append_only.sql
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON sminion.dropped_log
  FOR EACH ROW EXECUTE FUNCTION sminion.append_only();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON sminion.dropped_log
  FOR EACH STATEMENT EXECUTE FUNCTION sminion.append_only();

-- triggers/ddl_suspension_append_only.sql
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON sminion.ddl_suspension
  FOR EACH ROW EXECUTE FUNCTION sminion.append_only();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON sminion.ddl_suspension
  FOR EACH STATEMENT EXECUTE FUNCTION sminion.append_only();

-- triggers/act_append_only.sql
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON sminion.act
  FOR EACH ROW EXECUTE FUNCTION sminion.append_only();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON sminion.act
  FOR EACH STATEMENT EXECUTE FUNCTION sminion.append_only();

-- triggers/erased_append_only.sql
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON sminion.erased
  FOR EACH ROW EXECUTE FUNCTION sminion.append_only();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON sminion.erased
  FOR EACH STATEMENT EXECUTE FUNCTION sminion.append_only();

-- triggers/event_run_append_only.sql
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON sminion.event_run
  FOR EACH ROW EXECUTE FUNCTION sminion.append_only();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON sminion.event_run
  FOR EACH STATEMENT EXECUTE FUNCTION sminion.append_only();

-- triggers/checkpoint_append_only.sql
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON sminion.checkpoint
  FOR EACH ROW EXECUTE FUNCTION sminion.append_only();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON sminion.checkpoint
  FOR EACH STATEMENT EXECUTE FUNCTION sminion.append_only();

-- functions/log/log_text.sql
-- Text of a client made safe for whoever reads the log: no control, bidirectional, line separator or invisible characters,
-- each replaced by a space, and no more than `most` characters. sminion_guard/session/legible.py says the same.
CREATE FUNCTION sminion.log_text(raw text, most integer) RETURNS text
LANGUAGE plpgsql
IMMUTABLE
STRICT
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  -- what makes the log a forgery on a terminal or in a browser, or two texts that look alike different
  -- (E'': with standard_conforming_strings off, which is the client's, U&'' is refused)
  unsafe CONSTANT text :=
    E'[\\u0001-\\u001F\\u007F-\\u009F\\u00AD\\u034F\\u061C\\u115F\\u1160\\u17B4\\u17B5\\u180B-\\u180F\\u200B-\\u200F'
    '\\u2028-\\u202E\\u2060-\\u206F\\u3164\\uFEFF\\uFFA0\\uFFF0-\\uFFFB\\uFFFE\\uFFFF\\U0001BCA0-\\U0001BCA3'
    '\\U0001D173-\\U0001D17A\\U000E0000-\\U000E00FF\\U000E01F0-\\U000E0FFF]';
  safe   text := regexp_replace(raw, unsafe, ' ', 'g');
BEGIN
  RETURN CASE WHEN length(safe) > most THEN left(safe, most - 1) || E'\u2026' ELSE safe END;
END
$sminion$;

-- functions/log/log_texts.sql
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

-- functions/tickets/legible_text.sql
-- What a client or an officer said, as logs keep it for ever: safe to read (sminion.log_text), and without blanks around
-- it. NULL when nothing of it can be seen, such as one zero-width space: that says nothing. sminion_guard/session/legible.py
-- says the same.
CREATE FUNCTION sminion.legible_text(raw text) RETURNS text
LANGUAGE plpgsql
IMMUTABLE
STRICT
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  -- every blank of Unicode that sminion.log_text leaves, and the empty pattern of Braille
  blank   CONSTANT text := E' \\u00A0\\u1680\\u2000-\\u200A\\u202F\\u205F\\u2800\\u3000';
  -- they only change what stands before them
  variant CONSTANT text := E'\\uFE00-\\uFE0F\\U000E0100-\\U000E01EF';
  safe    text;
BEGIN
  IF raw !~ '[^ -~]' THEN
    RETURN nullif(btrim(raw), '');
  END IF;
  safe := regexp_replace(
    sminion.log_text(raw, length(raw)), format('^[%s]+|[%s]+$', blank, blank), '', 'g');
  RETURN CASE WHEN safe !~ format('^[%s%s]*$', blank, variant) THEN safe END;
END
$sminion$;

-- functions/tickets/require_reason.sql
-- Every change of a state or a ticket says why: the reason as logs keep it.
CREATE FUNCTION sminion.require_reason(reason text) RETURNS text
LANGUAGE plpgsql
IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  said text := sminion.legible_text(reason);
BEGIN
  IF said IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'SG506',
      MESSAGE = CASE WHEN coalesce(btrim(reason), '') = '' THEN 'the reason is empty'
        ELSE 'the reason has no character that can be seen' END,
      HINT = 'Pass a non-empty reason.';
  END IF;
  IF length(said) > 1000 THEN
    RAISE EXCEPTION USING ERRCODE = 'SG613',
      MESSAGE = format('the reason has %s characters, and 1000 are kept', length(said)),
      HINT = 'Shorten it, and name a document with the details.';
  END IF;
  RETURN said;
END
$sminion$;

-- functions/tickets/require_actor.sql
-- Who changes a state, as logs keep it: the login, where nobody else is named.
CREATE FUNCTION sminion.require_actor(actor text) RETURNS text
LANGUAGE plpgsql
STABLE
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  said text := sminion.legible_text(actor);
BEGIN
  IF coalesce(btrim(actor), '') = '' THEN
    RETURN session_user;
  END IF;
  IF said IS NULL OR length(said) > 200 THEN
    RAISE EXCEPTION USING ERRCODE = 'SG613',
      MESSAGE = CASE WHEN said IS NULL THEN 'the actor has no character that can be seen'
        ELSE format('the actor has %s characters, and 200 are kept', length(said)) END,
      HINT = 'Pass a name with visible characters, or none: then the login is recorded.';
  END IF;
  RETURN said;
END
$sminion$;

-- functions/tickets/ticket_text.sql
-- A text of a ticket as the access log keeps it; NULL stays NULL.
CREATE FUNCTION sminion.ticket_text(name text, raw text, most integer) RETURNS text
LANGUAGE plpgsql
IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  said text := sminion.legible_text(raw);
BEGIN
  IF raw IS NOT NULL AND said IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'SG215',
      MESSAGE = format('`%s` has no character that can be seen: a ticket says who acts and why', name),
      HINT = format('Pass a non-empty %s.', name);
  ELSIF length(said) > most THEN
    RAISE EXCEPTION USING ERRCODE = 'SG215',
      MESSAGE = format('`%s` has %s characters', name, length(said)),
      DETAIL = format('The log keeps at most %s.', most),
      HINT = 'Shorten it, and name a document with the details.';
  END IF;
  RETURN said;
END
$sminion$;

-- functions/states/subject_known.sql
-- Whether any protected row that is committed, or any change of a state, has this key.
CREATE FUNCTION sminion.subject_known(key text) RETURNS boolean
LANGUAGE sql
STABLE
SET search_path = pg_catalog, pg_temp
AS $sminion$
  SELECT EXISTS (SELECT FROM sminion.subject_state s WHERE s.subject = key)
      OR EXISTS (SELECT FROM sminion.new_subject n WHERE n.subject = key)
$sminion$;

-- functions/states/subject_key.sql
-- A subject in the one form in which states, tickets and logs keep it: the key as its type in the policy prints it, and before
-- it, where the policy names kinds of subjects, the kind and a colon. A kind has no colon, so the first one ends it.
CREATE FUNCTION sminion.subject_key(raw text, kind text) RETURNS text
LANGUAGE plpgsql
STABLE
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  kinds    jsonb := (SELECT p.subject_keys FROM sminion.policy p);
  key_type text := kinds ->> coalesce(kind, '');
  prefix   text := CASE WHEN kind IS NULL THEN '' ELSE kind || ':' END;
BEGIN
  IF coalesce(raw, '') = '' OR kinds IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'SG504',
      MESSAGE = CASE WHEN kinds IS NULL THEN 'no policy is in force in this database' ELSE 'the subject is empty' END,
      HINT = 'Pass the key as it stands in the subject column.';
  END IF;
  -- Customer 5 is not employee 5: a guess would open, or close, somebody else's data.
  IF key_type IS NULL OR kind = '' THEN
    RAISE EXCEPTION USING ERRCODE = 'SG460',
      MESSAGE = CASE
        WHEN kinds ? '' THEN format('the policy names no kinds of subjects, and so no `%s`', sminion.log_text(kind, 80))
        WHEN coalesce(kind, '') = '' THEN 'of which kind the subject is was not said'
        ELSE format('the policy has no kind of subjects `%s`', sminion.log_text(kind, 80)) END,
      DETAIL = CASE WHEN kinds ? '' THEN 'All its subjects are of one kind.' ELSE
        'Kinds: ' || (SELECT string_agg(format('`%s`', k), ', ' ORDER BY k) FROM jsonb_object_keys(kinds) k) || '.' END,
      HINT = CASE WHEN kinds ? '' THEN 'Leave `kind` out.' ELSE 'Pass `kind => ...`.' END;
  END IF;
  -- A text is a key as it stands. What cannot be read is one only where a row has it: the log must not become a forgery by
  -- keys that somebody made up.
  IF key_type = 'text' AND sminion.log_text(prefix || raw, 400) <> prefix || raw
     AND NOT sminion.subject_known(prefix || raw)
  THEN
    RAISE EXCEPTION USING ERRCODE = 'SG504',
      MESSAGE = format('no row has the subject key `%s`, which cannot be read', sminion.log_text(raw, 80)),
      DETAIL = 'It has control, bidirectional or invisible characters, or more than 400 characters.',
      HINT = 'Pass the key as it stands in the subject column.';
  END IF;
  RETURN prefix
    || CASE key_type WHEN 'bigint' THEN raw::bigint::text WHEN 'uuid' THEN raw::uuid::text WHEN 'text' THEN raw END;
EXCEPTION WHEN invalid_text_representation OR numeric_value_out_of_range THEN
  RAISE EXCEPTION USING ERRCODE = 'SG504',
    MESSAGE = format('`%s` is not a subject key of type %s', sminion.log_text(raw, 80), key_type),
    HINT = 'Pass the key as it stands in the subject column.';
END
$sminion$;

-- functions/masks/mask.sql
-- The purposes that a state permits, as bits: the defaults and the consents, less the objections, and of a blocked subject
-- only the purposes that still see it.
CREATE FUNCTION sminion.mask(policy sminion.policy, blocked boolean, consents bigint, objections bigint) RETURNS bigint
LANGUAGE sql
IMMUTABLE
RETURN (policy.default_bits | (consents & policy.consent_bits))
     & ~(objections & policy.objection_bits)
     & CASE WHEN blocked THEN policy.blocked_bits ELSE ~0::bigint END;

-- functions/states/state_mask.sql
-- The purposes that a state permits, as bits: by what was decided for the key itself, and by what other keys of the same person deny.
CREATE FUNCTION sminion.state_mask(policy sminion.policy, state sminion.subject_state) RETURNS bigint
LANGUAGE sql
IMMUTABLE
RETURN CASE WHEN state.erased THEN 0 ELSE sminion.mask(
  policy, state.blocked OR coalesce(state.others_blocked, false), state.consents & ~coalesce(state.others_denied, 0),
  state.objections | coalesce(state.others_denied, 0)) END;

-- functions/states/blocked_in.sql
-- Whether a limited block, of the key itself or of another key of the same person, covers a schema. Never NULL.
CREATE FUNCTION sminion.blocked_in(schemas text[], others_schemas text[], schema_name text) RETURNS boolean
LANGUAGE sql
IMMUTABLE
PARALLEL SAFE
RETURN coalesce(schema_name OPERATOR(pg_catalog.=) ANY (schemas), false) OR coalesce(schema_name OPERATOR(pg_catalog.=) ANY (others_schemas), false);

-- functions/states/schemas_mask.sql
-- What a state permits in the schemas of limited blocks, as bits: there the person is blocked. NULL where no block is limited.
CREATE FUNCTION sminion.schemas_mask(policy sminion.policy, state sminion.subject_state) RETURNS bigint
LANGUAGE sql
IMMUTABLE
RETURN CASE WHEN state.blocked_schemas IS NOT NULL OR state.others_blocked_schemas IS NOT NULL
  THEN sminion.state_mask(policy, state) & policy.blocked_bits END;

-- functions/states/mask_in.sql
-- The purposes that a state permits for rows of tables in one schema: fewer where a block is limited to schemas and this is one of them.
-- No search_path of its own, so that the planner puts the body in place of the call: row triggers ask it for each row.
CREATE FUNCTION sminion.mask_in(state sminion.subject_state, schema_name text) RETURNS bigint
LANGUAGE sql
IMMUTABLE
PARALLEL SAFE
RETURN CASE
  WHEN state.schemas_mask IS NULL THEN state.mask
  WHEN sminion.blocked_in(state.blocked_schemas, state.others_blocked_schemas, schema_name) THEN state.schemas_mask
  ELSE state.mask END;

-- functions/states/make_states.sql
-- Makes the default states of subjects that have none, in one order, so that two who do it do not lock each other out. It
-- waits for whoever is just making one of them.
CREATE FUNCTION sminion.make_states(keys text[]) RETURNS void
LANGUAGE sql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
  WITH made AS (
    INSERT INTO sminion.subject_state AS s (subject, mask, epoch)
    SELECT k.key, sminion.mask(p, false, 0, 0), p.mask_epoch
    FROM (SELECT DISTINCT u.key COLLATE "C" AS key FROM unnest(keys) AS u (key) WHERE u.key <> '') k, sminion.policy p
    ORDER BY k.key
    ON CONFLICT (subject) DO NOTHING RETURNING s.subject)
  INSERT INTO sminion.young_state (subject) SELECT m.subject FROM made m
$sminion$;

-- functions/states/first_sight.sql
-- The mask, for rows in a schema, of a subject whose state a row trigger did not find. NULL is nobody's subject, and permits nothing.
--
-- Two transactions may write rows of the same new person, or of the same two in another order. Were the state made here,
-- each would wait for the other, and for one that is idle for ever. So it is only noted that `settle` is to make it. A change
-- of the state cannot wait for us then: it makes the state itself, and does not know of our rows. What it denies is
-- withheld until `settle` has seen that all have ended who may not have seen the state: those who have locked
-- sminion.new_writer, as we do before we look for the last time.
--
-- settled: the state must be there to be locked, because a row moves to another subject under that lock (see moved). And an
-- older snapshot would never see a state that is newer. There it is made as before, and waited for.
CREATE FUNCTION sminion.first_sight(key text, place text, settled boolean DEFAULT false) RETURNS bigint
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  own       xid8;
  permitted bigint;
BEGIN
  IF coalesce(key, '') = '' THEN
    RETURN 0;
  END IF;
  IF settled OR current_setting('transaction_isolation') <> 'read committed' THEN
    PERFORM sminion.make_states(ARRAY[key]);
    SELECT sminion.mask_in(s.*, place) INTO permitted FROM sminion.subject_state s WHERE s.subject = key FOR SHARE;
    -- Without a policy in force there is no state, and nothing is permitted.
    RETURN coalesce(permitted, 0);
  END IF;
  -- By this number we are waited for: it is there before the lock is.
  own := pg_current_xact_id();
  -- A note of this transaction was made under the lock, so the trigger looked for the state under it.
  SELECT n.mask INTO permitted FROM sminion.new_subject n
  WHERE n.subject = key AND n.writer = own LIMIT 1;
  IF FOUND THEN
    RETURN permitted;
  END IF;
  LOCK TABLE sminion.new_writer IN ROW SHARE MODE;
  SELECT sminion.mask_in(s.*, place) INTO permitted FROM sminion.subject_state s WHERE s.subject = key FOR SHARE;
  IF FOUND THEN
    RETURN permitted;
  END IF;
  SELECT sminion.mask(p, false, 0, 0) INTO permitted FROM sminion.policy p;
  IF NOT FOUND THEN
    RETURN 0;
  END IF;
  INSERT INTO sminion.new_subject (subject, mask, writer) VALUES (key, permitted, own);
  RETURN permitted;
END
$sminion$;

-- functions/tickets/own_row.sql
-- Whether a version of a row that is seen was written by the running transaction, or by one of its subtransactions: what is
-- seen and in progress is our own. Nobody else can change such a row before we end.
CREATE FUNCTION sminion.own_row(written xid) RETURNS boolean
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  own   CONSTANT bigint := pg_current_xact_id()::text::bigint;
  ahead CONSTANT bigint := (written::text::bigint - own) & 4294967295;
BEGIN
  -- The number has 32 bits of 64: the nearest one is meant.
  RETURN coalesce(
    pg_xact_status((own + ahead - CASE WHEN ahead >= 2147483648 THEN 4294967296 ELSE 0 END)::text::xid8) = 'in progress',
    false);
END
$sminion$;

-- functions/tickets/purpose_bit.sql
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
      MESSAGE = CASE WHEN purpose IS NULL THEN 'no purpose is named'
        ELSE format('the policy in force has no purpose `%s`', purpose) END,
      HINT = 'See `sminion-guard policy show`.';
  ELSIF event IN ('give_consent', 'refuse_consent', 'withdraw_consent', 'expire_consent') AND found_basis <> 'consent' THEN
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

-- functions/states/require_read_committed.sql
-- Called by what brings masks and the log up to date: with an older snapshot it would miss rows that were written meanwhile,
-- and take their subjects for settled.
CREATE FUNCTION sminion.require_read_committed() RETURNS void
LANGUAGE plpgsql
STABLE
SET search_path = pg_catalog, pg_temp
AS $sminion$
BEGIN
  IF current_setting('transaction_isolation') <> 'read committed' THEN
    RAISE EXCEPTION USING ERRCODE = 'SG509',
      MESSAGE = format('masks are brought up to date in READ COMMITTED transactions only, not in %s',
                       upper(current_setting('transaction_isolation'))),
      DETAIL = 'An older snapshot could miss rows that were written in the meantime.',
      HINT = 'Begin with `BEGIN ISOLATION LEVEL READ COMMITTED`, or set `default_transaction_isolation` of the role.';
  END IF;
END
$sminion$;

-- functions/states/lock_state.sql
-- Takes the exclusive lock on a subject's state, for which row triggers take the share lock; makes the state when there is
-- none. False when others hold it for longer than `patience`, or are just making it: a writer may keep both as long as it
-- likes, so nobody here waits for one without an end.
--
-- patience: '0' for whoever holds other states: he waits for no state at all.
CREATE FUNCTION sminion.lock_state(key text, patience text) RETURNS boolean
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  before CONSTANT text := current_setting('lock_timeout');
  got    boolean;
BEGIN
  -- No subtransaction where nobody is in the way: a withdrawal of many at once would need one for each.
  PERFORM FROM sminion.subject_state s WHERE s.subject = key FOR UPDATE SKIP LOCKED;
  IF FOUND THEN
    RETURN true;
  ELSIF patience = '0' AND EXISTS (SELECT FROM sminion.subject_state s WHERE s.subject = key) THEN
    RETURN false;
  END IF;
  BEGIN
    PERFORM set_config('lock_timeout', CASE patience WHEN '0' THEN '1ms' ELSE patience END, true);
    PERFORM sminion.make_states(ARRAY[key]);
    IF patience = '0' THEN
      PERFORM FROM sminion.subject_state s WHERE s.subject = key FOR UPDATE SKIP LOCKED;
    ELSE
      PERFORM FROM sminion.subject_state s WHERE s.subject = key FOR UPDATE;
    END IF;
    got := FOUND;
    PERFORM set_config('lock_timeout', before, true);
    RETURN got;
  EXCEPTION WHEN lock_not_available OR deadlock_detected THEN
    RETURN false;
  END;
END
$sminion$;

-- functions/states/same_person.sql
-- All keys of one person, in order: the given key alone where it was merged with none.
CREATE FUNCTION sminion.same_person(key text) RETURNS text[]
LANGUAGE sql
STABLE
SET search_path = pg_catalog, pg_temp
AS $sminion$
  WITH RECURSIVE person (key) AS (
    SELECT same_person.key COLLATE "C"
    UNION
    SELECT n.key FROM person p CROSS JOIN LATERAL (
      SELECT m.other AS key FROM sminion.subject_merge m WHERE m.one = p.key AND m.ended_at IS NULL
      UNION ALL
      SELECT m.one FROM sminion.subject_merge m WHERE m.other = p.key AND m.ended_at IS NULL) n
  )
  SELECT array_agg(p.key ORDER BY p.key) FROM person p WHERE p.key IS NOT NULL
$sminion$;

-- functions/states/other_keys.sql
-- The other keys of the person who has a key, in order; NULL where it was merged with none. For the views, and for who reads the log.
CREATE FUNCTION sminion.other_keys(subject text) RETURNS text[]
LANGUAGE sql
STABLE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
  SELECT nullif(array_remove(sminion.same_person(other_keys.subject), other_keys.subject COLLATE "C"), '{}')
$sminion$;
COMMENT ON FUNCTION sminion.other_keys(text) IS 'the other keys that belong to the person of this one; NULL where there are none';

-- functions/states/lock_person.sql
-- Takes the exclusive locks on the states of all keys of a person; these keys, or NULL where they cannot be had within about `patience`.
-- A change of one key is stored under all of these locks, since it counts for the others.
--
-- All or none, and it waits for one state only while it has taken no other: a writer may have that one and wait for these, and PostgreSQL
-- ends whoever looks for the deadlock first. So it waits for the one that was locked, and takes the others if they are free.
CREATE FUNCTION sminion.lock_person(key text, patience text) RETURNS text[]
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  keys  text[];
  one   text;
  first text := key;
  wait  text := patience;
  until timestamptz := clock_timestamp() + patience::interval;
BEGIN
  LOOP
    keys := sminion.same_person(key);
    -- Where the person has one key there is nothing to give back.
    IF keys = ARRAY[key] THEN
      IF NOT sminion.lock_state(key, wait) THEN
        RETURN NULL;
      END IF;
      -- Who merges keys, or ends that, holds these locks: from here on the answer stays.
      IF sminion.same_person(key) = keys THEN
        RETURN keys;
      END IF;
      -- It was merged meanwhile, and is held: nothing more is waited for.
      wait := '0';
      until := clock_timestamp();
    END IF;
    BEGIN
      -- A key that is no longer one of the person's is not waited for.
      IF first = ANY (keys) AND NOT sminion.lock_state(first, wait) THEN
        RETURN NULL;
      END IF;
      FOREACH one IN ARRAY keys LOOP
        IF NOT sminion.lock_state(one, '0') THEN
          first := one;
          RAISE SQLSTATE 'SG538';
        END IF;
      END LOOP;
      IF sminion.same_person(key) = keys THEN
        RETURN keys;
      END IF;
      first := key;
      RAISE SQLSTATE 'SG538';
    EXCEPTION WHEN SQLSTATE 'SG538' THEN
      IF clock_timestamp() >= until THEN
        RETURN NULL;
      END IF;
    END;
  END LOOP;
END
$sminion$;

-- functions/states/standing_decision.sql
-- The decision of a subject on a purpose that counts: the last one by the moment when it was made, which may be before it was recorded.
CREATE FUNCTION sminion.standing_decision(subject text, purpose text) RETURNS sminion.subject_event
LANGUAGE sql
STABLE
SET search_path = pg_catalog, pg_temp
AS $sminion$
  SELECT e.* FROM sminion.subject_event e
  WHERE e.subject = standing_decision.subject AND e.purpose = standing_decision.purpose
    AND e.event IN ('give_consent', 'refuse_consent', 'withdraw_consent')
  ORDER BY coalesce(e.given_at, e.at) DESC, e.id DESC LIMIT 1
$sminion$;

-- functions/states/decided_later.sql
-- Whether a subject decided otherwise after a decision that is being stored. Decisions count in the order of the moments when they were
-- made: a consent from June that is imported in August does not undo a withdrawal of July. Without such a moment on either side the
-- order of their numbers counts, since a clock may be set back.
--
-- An end (expire_consent) revokes the consent that had ended, and no other that is just being stored.
CREATE FUNCTION sminion.decided_later(change bigint, key text, event text, purpose text) RETURNS boolean
LANGUAGE sql
STABLE
SET search_path = pg_catalog, pg_temp
AS $sminion$
  SELECT EXISTS (
    SELECT FROM sminion.subject_event c
    JOIN sminion.subject_event e ON e.subject = decided_later.key AND e.purpose = decided_later.purpose AND e.id <> c.id
      AND CASE decided_later.event WHEN 'give_consent' THEN e.event IN ('withdraw_consent', 'refuse_consent') ELSE e.event = 'give_consent' END
    WHERE c.id = decided_later.change
      AND CASE WHEN c.given_at IS NULL AND e.given_at IS NULL THEN e.id > c.id
        WHEN c.given_at IS NULL THEN e.id > c.id AND e.given_at >= c.at
        ELSE (coalesce(e.given_at, e.at), e.id) > (c.given_at, c.id) END)
$sminion$;

-- functions/consent/check_consent.sql
-- Refuses facts of a consent that cannot be: a moment in the future, a hash that is none, an end before the beginning.
CREATE FUNCTION sminion.check_consent(given_at timestamptz, text_sha256 bytea, until timestamptz) RETURNS void
LANGUAGE plpgsql
STABLE
SET search_path = pg_catalog, pg_temp
AS $sminion$
BEGIN
  IF given_at > clock_timestamp() + interval '1 minute' OR given_at < '1900-01-01' THEN
    RAISE EXCEPTION USING ERRCODE = 'SG530',
      MESSAGE = format('nobody can have decided at %s', given_at),
      HINT = 'Pass the moment of the decision, with its time zone; it may be in the past. Leave it out for now.';
  ELSIF octet_length(text_sha256) <> 32 THEN
    RAISE EXCEPTION USING ERRCODE = 'SG530',
      MESSAGE = format('the hash of the text has %s bytes', octet_length(text_sha256)),
      HINT = 'Pass the SHA-256 of the text that the person saw: `sha256(convert_to(text, ''UTF8''))`.';
  ELSIF until <= coalesce(given_at, clock_timestamp()) OR until = 'infinity' THEN
    RAISE EXCEPTION USING ERRCODE = 'SG530',
      MESSAGE = format('the consent would end at %s, before it was given', until),
      HINT = 'Pass a later moment; leave `until` out for a consent without an end.';
  END IF;
END
$sminion$;

-- functions/consent/consents_since.sql
-- From which moment on a consent counts, where a version of the policy asked for consents again and so gave their purpose this bit; else
-- NULL.
CREATE FUNCTION sminion.consents_since(flag bigint) RETURNS timestamptz
LANGUAGE sql
STABLE
SET search_path = pg_catalog, pg_temp
AS $sminion$
  SELECT v.applied_at FROM sminion.purpose w JOIN sminion.policy_version v ON v.epoch = w.since
  WHERE 1::bigint << w.bit = consents_since.flag AND w.renews
$sminion$;

-- functions/states/store_state.sql
-- Stores a changed state, whose exclusive lock the caller holds: withholds at once what is no longer permitted, stops withholding what is
-- permitted again, and queues the rows for settling. True when it changed.
--
-- change: the event by which it changed.
-- again:  queues the rows also where nothing changed: those written meanwhile permit less than they may.
CREATE FUNCTION sminion.store_state(
  before sminion.subject_state, changed sminion.subject_state, change bigint, again boolean
) RETURNS boolean
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  in_force sminion.policy;
  was      CONSTANT bigint := (before).mask;
  after    sminion.subject_state;
  -- what rows permit at least: those in the schemas of a limited block
  lowest   bigint;
  lost     bigint;
BEGIN
  after := changed;
  SELECT p.* INTO STRICT in_force FROM sminion.policy p;
  after.mask := sminion.state_mask(in_force, after);
  after.schemas_mask := sminion.schemas_mask(in_force, after);
  after.epoch := in_force.mask_epoch;
  lowest := coalesce(after.schemas_mask, after.mask);
  -- Rows in a schema that is blocked now permitted what the mask said, or what the mask of blocked schemas said where it was one.
  lost := was & ~after.mask;
  IF after.schemas_mask IS NOT NULL THEN
    lost := lost | (~after.schemas_mask & CASE WHEN EXISTS (
      SELECT FROM unnest(after.blocked_schemas || after.others_blocked_schemas) AS n (name)
      WHERE NOT sminion.blocked_in((before).blocked_schemas, (before).others_blocked_schemas, n.name))
      THEN was ELSE coalesce((before).schemas_mask, was) END);
  END IF;
  IF lost <> 0 THEN
    INSERT INTO sminion.withheld AS w (subject, change, denied) VALUES (after.subject, store_state.change, lost)
    ON CONFLICT ON CONSTRAINT withheld_pkey DO UPDATE SET denied = w.denied | excluded.denied;
  END IF;
  -- Two steps, since `denied` is never 0: what the new state permits everywhere is withheld no longer, unless a change that became
  -- pending meanwhile denies it.
  DELETE FROM sminion.withheld w
  WHERE w.subject = after.subject AND w.denied & ~lowest = 0
    AND NOT EXISTS (SELECT FROM sminion.pending_change p WHERE p.id = w.change);
  UPDATE sminion.withheld w SET denied = w.denied & ~lowest
  WHERE w.subject = after.subject AND w.denied & lowest <> 0
    AND NOT EXISTS (SELECT FROM sminion.pending_change p WHERE p.id = w.change);
  IF after = before AND NOT again THEN
    RETURN false;
  END IF;
  UPDATE sminion.subject_state s
  SET blocked = after.blocked, consents = after.consents, objections = after.objections, mask = after.mask,
      epoch = after.epoch, erased = after.erased, others_blocked = after.others_blocked, blocked_schemas = after.blocked_schemas,
      others_blocked_schemas = after.others_blocked_schemas, schemas_mask = after.schemas_mask, others_denied = after.others_denied
  WHERE s.subject = after.subject;
  INSERT INTO sminion.unsettled (subject) VALUES (after.subject);
  RETURN true;
END
$sminion$;

-- functions/states/apply_changes.sql
-- Stores changes of one subject's state, whose exclusive lock the caller holds: those that were pending and the caller's
-- own, in the order of their numbers; withholds at once what is no longer permitted, stops withholding what is permitted
-- again, and queues the rows for settling. True when the state changed.
--
-- An event that a later one of the same purpose revoked counts no more: two officers may store in another order than
-- history has them, and a block must not be undone by an unblock from before it.
CREATE FUNCTION sminion.apply_changes(key text, own sminion.pending_change) RETURNS boolean
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  before   sminion.subject_state;
  after    sminion.subject_state;
  change   sminion.pending_change;
  numbers  bigint[] := '{}';
  last     bigint;
  removed  bigint;
  ended    boolean;
  schemas  text[];
BEGIN
  SELECT s.* INTO STRICT before FROM sminion.subject_state s WHERE s.subject = key FOR UPDATE;
  after := before;
  FOR change IN
    SELECT c.* FROM (
      SELECT p.* FROM sminion.pending_change p WHERE p.subject = key
      UNION ALL
      SELECT (own).* WHERE (own).id IS NOT NULL
    ) c
    ORDER BY c.id
  LOOP
    last := change.id;
    numbers := numbers || last;
    CONTINUE WHEN change.event IN ('give_consent', 'refuse_consent', 'withdraw_consent')
      AND sminion.decided_later(change.id, key, change.event, change.purpose);
    -- One that ended before it was stored opens nothing; and only one that has ended can be ended.
    IF change.event IN ('give_consent', 'expire_consent') THEN
      ended := coalesce(CASE change.event
        WHEN 'give_consent' THEN (SELECT e.until <= clock_timestamp() FROM sminion.subject_event e WHERE e.id = change.id)
        ELSE (SELECT d.until <= clock_timestamp() FROM sminion.standing_decision(key, change.purpose) d) END, false);
      CONTINUE WHEN ended = (change.event = 'give_consent');
    END IF;
    -- Given before the policy asked for consents again.
    CONTINUE WHEN change.event = 'give_consent' AND sminion.consents_since(change.bit) > (
      SELECT coalesce(e.given_at, e.at) FROM sminion.subject_event e WHERE e.id = change.id);
    CONTINUE WHEN EXISTS (
      SELECT FROM sminion.subject_event e
      WHERE e.subject = key AND e.id > change.id AND e.purpose IS NOT DISTINCT FROM change.purpose
        AND (change.schemas IS NULL) = (e.schemas IS NULL)
        AND (change.schemas IS NULL OR change.schemas <@ e.schemas)
        AND e.event = CASE change.event
          WHEN 'block' THEN 'unblock' WHEN 'unblock' THEN 'block'
          WHEN 'object' THEN 'withdraw_objection' WHEN 'withdraw_objection' THEN 'object' END);
    -- A request that was opened meanwhile keeps the subject blocked: whoever unblocked did not see it.
    CONTINUE WHEN change.event = 'unblock' AND change.schemas IS NULL AND EXISTS (
      SELECT FROM sminion.request r
      WHERE r.subject = ANY (sminion.same_person(key)) AND r.interim AND r.closed_at IS NULL AND r.schemas IS NULL);
    -- The same for each schema of a limited block.
    IF change.schemas IS NOT NULL THEN
      schemas := ARRAY(
        SELECT n.name FROM unnest(change.schemas) AS n (name)
        WHERE NOT EXISTS (
            SELECT FROM sminion.subject_event e
            WHERE e.subject = key AND e.id > change.id AND n.name = ANY (e.schemas)
              AND e.event = CASE change.event WHEN 'block' THEN 'unblock' ELSE 'block' END)
          AND NOT (change.event = 'unblock' AND EXISTS (
            SELECT FROM sminion.request r
            WHERE r.subject = ANY (sminion.same_person(key)) AND r.interim AND r.closed_at IS NULL AND n.name = ANY (r.schemas))));
      after.blocked_schemas := (
        SELECT array_agg(n.name COLLATE "C" ORDER BY n.name COLLATE "C") FROM (
          SELECT o.name FROM unnest(after.blocked_schemas) AS o (name) WHERE change.event = 'block' OR o.name <> ALL (schemas)
          UNION SELECT m.name FROM unnest(schemas) AS m (name) WHERE change.event = 'block') n);
      CONTINUE;
    END IF;
    CASE change.event
      WHEN 'block'              THEN after.blocked := true;
      WHEN 'unblock'            THEN after.blocked := false;
      WHEN 'give_consent'       THEN after.consents := after.consents | change.bit;
      WHEN 'withdraw_consent'   THEN after.consents := after.consents & ~change.bit;
      WHEN 'refuse_consent'     THEN after.consents := after.consents & ~change.bit;
      WHEN 'expire_consent'     THEN after.consents := after.consents & ~change.bit;
      WHEN 'object'             THEN after.objections := after.objections | change.bit;
      WHEN 'withdraw_objection' THEN after.objections := after.objections & ~change.bit;
      WHEN 'erase'              THEN after.erased := true;
    END CASE;
  END LOOP;
  IF last IS NULL THEN
    RETURN false;
  END IF;
  -- What was withheld for a pending change is what it could have denied at most: exactly that is withheld from here on.
  DELETE FROM sminion.withheld w WHERE w.subject = key AND w.change = ANY (numbers);
  DELETE FROM sminion.pending_change p WHERE p.id = ANY (numbers);
  GET DIAGNOSTICS removed = ROW_COUNT;
  -- Also where nothing changed in the end: rows written meanwhile permit less than they may.
  RETURN sminion.store_state(before, after, last, removed > 0);
END
$sminion$;

-- functions/states/spread_states.sql
-- Tells each key of a person what the others deny: a block, objections, and consents that were refused or withdrawn. The caller holds
-- the states of all of them exclusively. That a person never decided about a purpose under another key denies nothing. True when
-- a state changed.
CREATE FUNCTION sminion.spread_states(keys text[], change bigint) RETURNS boolean
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  key     text;
  before  sminion.subject_state;
  after   sminion.subject_state;
  changed boolean := false;
BEGIN
  FOREACH key IN ARRAY keys LOOP
    SELECT s.* INTO STRICT before FROM sminion.subject_state s WHERE s.subject = key FOR UPDATE;
    after := before;
    -- NULL where they deny nothing.
    SELECT nullif(bool_or(o.blocked), false), nullif(bit_or(o.objections | coalesce(r.refused, 0)), 0)
    INTO after.others_blocked, after.others_denied
    FROM sminion.subject_state o
    CROSS JOIN LATERAL (
      SELECT bit_or(1::bigint << w.bit) AS refused
      FROM sminion.purpose w CROSS JOIN LATERAL sminion.standing_decision(o.subject, w.name) d
      WHERE w.basis = 'consent' AND d.event IN ('refuse_consent', 'withdraw_consent')) r
    WHERE o.subject = ANY (keys) AND o.subject <> key;
    SELECT array_agg(DISTINCT n.name COLLATE "C" ORDER BY n.name COLLATE "C") INTO after.others_blocked_schemas
    FROM sminion.subject_state o CROSS JOIN LATERAL unnest(o.blocked_schemas) AS n (name)
    WHERE o.subject = ANY (keys) AND o.subject <> key;
    changed := sminion.store_state(before, after, change, false) OR changed;
  END LOOP;
  RETURN changed;
END
$sminion$;

-- functions/states/apply_to_person.sql
-- Stores changes of all keys of a person, whose states the caller holds exclusively: those that were pending, and the caller's own,
-- `own`, whose number is that in `numbers` for each key in `told`. True when a state changed. See sminion.apply_changes for one key.
CREATE FUNCTION sminion.apply_to_person(keys text[], own sminion.pending_change, told text[] DEFAULT '{}', numbers bigint[] DEFAULT '{}'
) RETURNS boolean
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  key     text;
  one     sminion.pending_change;
  last    bigint;
  changed boolean := false;
BEGIN
  SELECT max(c.id) INTO last FROM (
    SELECT p.id FROM sminion.pending_change p WHERE p.subject = ANY (keys)
    UNION ALL SELECT n.id FROM unnest(numbers) AS n (id)) c;
  FOREACH key IN ARRAY keys LOOP
    one := own;
    one.subject := key;
    one.id := numbers[array_position(told, key)];
    changed := sminion.apply_changes(key, one) OR changed;
  END LOOP;
  IF cardinality(keys) > 1 AND last IS NOT NULL THEN
    changed := sminion.spread_states(keys, last) OR changed;
  END IF;
  RETURN changed;
END
$sminion$;

-- functions/states/transactions_named.sql
-- Who the given transactions are, for messages: virtual transaction ids as pg_locks shows them, those of prepared
-- transactions included. What everybody may see of a session is its process, its user and the name it gave itself.
CREATE FUNCTION sminion.transactions_named(virtual text[]) RETURNS text
LANGUAGE sql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
  SELECT coalesce(string_agg(n.name, ', ' ORDER BY n.name) FILTER (WHERE n.place <= 10), 'a transaction that has ended')
         || CASE WHEN count(*) > 10 THEN format(' and %s more', count(*) - 10) ELSE '' END
  FROM (
    SELECT d.name, row_number() OVER (ORDER BY d.name) AS place
    FROM (
      SELECT DISTINCT CASE
        WHEN p.gid IS NOT NULL THEN format('prepared transaction `%s` of `%s`', sminion.log_text(p.gid, 200), p.owner)
        WHEN a.pid IS NOT NULL THEN format('process %s (user `%s`, application `%s`)', a.pid,
                                           pg_get_userbyid(a.usesysid), sminion.log_text(a.application_name, 64))
        ELSE format('transaction %s', l.virtualtransaction) END AS name
      FROM pg_locks l
      -- A prepared transaction has no process; its number is that of its lock on itself.
      LEFT JOIN pg_locks own ON l.pid IS NULL AND own.pid IS NULL AND own.virtualtransaction = l.virtualtransaction
        AND own.locktype = 'transactionid'
      LEFT JOIN pg_prepared_xacts p ON p.transaction = own.transactionid
      LEFT JOIN pg_stat_get_activity(NULL) a ON a.pid = l.pid
      WHERE l.virtualtransaction = ANY (virtual)
    ) d
  ) n
$sminion$;

-- functions/states/lock_merges.sql
-- Keeps others from merging keys, until the transaction ends; tries it for 5 seconds.
--
-- alone: for who merges. Otherwise for a change that found a state locked: what the person's keys are is known only afterwards.
--
-- It never stands in the queue of a lock: the caller may hold states, for which writers wait. Of those who wait for one another PostgreSQL ends
-- whoever looks for the deadlock first, which may be an INSERT of the application.
CREATE FUNCTION sminion.lock_merges(alone boolean) RETURNS void
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
BEGIN
  FOR attempt IN 1 .. 250 LOOP
    BEGIN
      IF alone THEN
        LOCK TABLE sminion.subject_merge IN EXCLUSIVE MODE NOWAIT;
      ELSE
        LOCK TABLE sminion.subject_merge IN ROW SHARE MODE NOWAIT;
      END IF;
      RETURN;
    EXCEPTION WHEN lock_not_available THEN
      PERFORM pg_sleep(0.02);
    END;
  END LOOP;
  RAISE EXCEPTION USING ERRCODE = 'SG538',
    MESSAGE = 'another officer is merging keys of people, and has not committed',
    DETAIL = format('Locked by %s.', sminion.transactions_named(ARRAY(
      SELECT DISTINCT l.virtualtransaction FROM pg_locks l
      WHERE l.relation = 'sminion.subject_merge'::regclass AND l.granted AND l.pid <> pg_backend_pid()
        AND l.mode IN ('ExclusiveLock', 'RowShareLock')))),
    HINT = 'Call it again when that transaction has ended, or end it.';
END
$sminion$;

-- functions/states/state_holders.sql
-- Who holds the lock of a subject's state, for messages and the view `pending_changes`. PostgreSQL keeps row locks in the
-- rows: xmax is the transaction that holds it, or the number of a list of several. When neither leads to a running
-- transaction (the state is being made), whoever has locked or made any state is named.
CREATE FUNCTION sminion.state_holders(key text) RETURNS text
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  mark    xid := (SELECT s.xmax FROM sminion.subject_state s WHERE s.subject = key);
  several xid[] := ARRAY[mark];
  holders text[];
BEGIN
  BEGIN
    several := several || ARRAY(SELECT m.xid FROM pg_get_multixact_members(mark) m);
  EXCEPTION WHEN OTHERS THEN
    -- not the number of a list
    NULL;
  END;
  holders := ARRAY(
    SELECT DISTINCT l.virtualtransaction FROM pg_locks l
    WHERE l.locktype = 'transactionid' AND l.granted AND l.mode = 'ExclusiveLock' AND l.transactionid = ANY (several)
      AND l.pid IS DISTINCT FROM pg_backend_pid());
  IF cardinality(holders) = 0 THEN
    holders := ARRAY(
      SELECT DISTINCT l.virtualtransaction FROM pg_locks l
      WHERE l.locktype = 'relation' AND l.granted AND l.pid IS DISTINCT FROM pg_backend_pid()
        AND l.relation = 'sminion.subject_state'::regclass AND l.mode IN ('RowShareLock', 'RowExclusiveLock')
        AND l.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database()));
  END IF;
  RETURN sminion.transactions_named(holders);
END
$sminion$;
COMMENT ON FUNCTION sminion.state_holders(text) IS 'who holds the state of a subject locked';

-- functions/masks/table_holders.sql
-- Who holds a lock on a table or on one of its partitions, other than those that only read it; for messages.
CREATE FUNCTION sminion.table_holders(name text) RETURNS text
LANGUAGE sql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
  SELECT sminion.transactions_named(ARRAY(
    SELECT DISTINCT l.virtualtransaction FROM pg_locks l
    WHERE l.locktype = 'relation' AND l.granted AND l.mode <> 'AccessShareLock' AND l.pid IS DISTINCT FROM pg_backend_pid()
      AND l.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())
      AND l.relation IN (SELECT to_regclass(name)::oid UNION
                         SELECT i.inhrelid FROM pg_inherits i WHERE i.inhparent = to_regclass(name))))
$sminion$;

-- functions/states/schemas_of_block.sql
-- The schemas that a block is limited to, in the one form in which the state keeps them: each once, in order. NULL for a block of the whole
-- subject. A name that no protected table has is refused: whoever mistypes it would leave the person visible.
CREATE FUNCTION sminion.schemas_of_block(schemas text[]) RETURNS text[]
LANGUAGE plpgsql
STABLE
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  unknown text;
BEGIN
  IF schemas IS NULL THEN
    RETURN NULL;
  END IF;
  SELECT coalesce(string_agg(coalesce(format('`%s`', sminion.log_text(n.name, 80)), 'NULL'), ', ' ORDER BY n.name), 'none') INTO unknown
  FROM unnest(schemas) AS n (name)
  WHERE NOT EXISTS (SELECT FROM sminion.protected_table p WHERE p.schema_name = n.name AND cardinality(p.subject_columns) > 0)
  HAVING count(*) > 0 OR cardinality(schemas) = 0;
  IF unknown IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'SG546',
      MESSAGE = format('a block cannot be limited to these schemas: %s', unknown),
      DETAIL = 'Schemas with data of people: ' || (
        SELECT coalesce(string_agg(DISTINCT format('`%s`', p.schema_name), ', '), 'none') FROM sminion.protected_table p
        WHERE cardinality(p.subject_columns) > 0) || '.',
      HINT = 'Name schemas of the policy; leave `schemas` out to block the whole subject.';
  END IF;
  RETURN ARRAY(SELECT DISTINCT n.name COLLATE "C" FROM unnest(schemas) AS n (name) ORDER BY 1);
END
$sminion$;

-- functions/states/say_still_blocked.sql
-- Warns whoever ended a block that another one still holds: one of the whole subject, and those that are limited to schemas, are ended
-- each by itself.
CREATE FUNCTION sminion.say_still_blocked(key text) RETURNS void
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  state sminion.subject_state;
BEGIN
  SELECT s.* INTO state FROM sminion.subject_state s WHERE s.subject = key;
  IF state.blocked OR state.blocked_schemas IS NOT NULL THEN
    RAISE WARNING USING ERRCODE = 'SG547',
      MESSAGE = format('subject `%s` stays blocked%s', sminion.log_text(key, 80),
        CASE WHEN state.blocked THEN '' ELSE format(' in schemas: `%s`', array_to_string(state.blocked_schemas, '`, `')) END),
      DETAIL = 'A block of the whole subject, and one that is limited to schemas, stand beside each other.',
      HINT = CASE WHEN state.blocked THEN 'End it with `sminion.unblock` without `schemas`, if nothing is to be blocked.'
        ELSE 'End it with `sminion.unblock(..., schemas => ARRAY[...])`, if nothing is to be blocked there.' END;
  END IF;
END
$sminion$;

-- functions/states/change_state.sql
-- The one way a subject's state changes. In order: write history; take the exclusive lock on the state, for which row
-- triggers take the share lock (so a write either committed before, or sees the new state and is refused); store state and
-- mask, withhold what is no longer permitted, queue the rows for settling: see sminion.apply_changes. A subject with few rows
-- is settled at once.
--
-- Whoever writes rows of the subject holds its state locked, for as long as he likes: a transaction may stay idle, and a
-- prepared one outlives its session. So the lock is waited for a second at most (in a transaction that has waited once, or
-- holds a state, not at all), and after that the change is left pending: the denial is inserted all the same, which waits for
-- nothing, and holds for every reader from the commit on. It is then the most that the event can deny, because the state
-- that it changes may be another's uncommitted one. Permissions that come back follow with settling.
--
-- given_at, text_sha256, channel and until are facts of a consent. One that was given earlier than it is recorded counts from when it
-- was given: what the person decided later stands (sminion.decided_later).
--
-- What a person decides under one key holds under all of them (sminion.merge_subjects): each has the event in its history, and the
-- states are stored together or wait together. Only an end (expire_consent) and a destruction (erase) are one key's.
--
-- single: only this key.
--
-- schemas: of a block, and of its end: only rows in these schemas. A block may have `until` too.
--
-- A key that no protected row has is taken, since consent is often given before the first row is written; but whoever
-- denies is told, because the key may be mistyped, and the person whom it should have named stays visible.
CREATE FUNCTION sminion.change_state(
  raw text, event text, purpose text, reason text, actor text, kind text, request bigint DEFAULT NULL,
  given_at timestamptz DEFAULT NULL, text_sha256 bytea DEFAULT NULL, channel text DEFAULT NULL, until timestamptz DEFAULT NULL,
  login name DEFAULT session_user, single boolean DEFAULT false,
  schemas text[] DEFAULT NULL
) RETURNS boolean
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  key      text := sminion.subject_key(raw, kind);
  in_force sminion.policy;
  own      sminion.pending_change;
  numbers  bigint[] := '{}';
  told     text[] := '{}';
  keys     text[] := ARRAY[key];
  locked   text[];
  strays   text[];
  one      text;
  alone    CONSTANT boolean := coalesce(single, false) OR event IN ('expire_consent', 'erase');
  why      text := sminion.require_reason(reason);
  places   text[] := sminion.schemas_of_block(schemas);
  way      text := sminion.ticket_text('channel', channel, 80);
  who      text := sminion.require_actor(actor);
  changed  boolean;
  holder   bigint;
  done     integer;
BEGIN
  IF NOT alone THEN
    keys := sminion.same_person(key);
  END IF;
  IF event = 'unblock' AND request IS NULL THEN
    -- What one cannot see yet must not be unblocked either.
    PERFORM sminion.require_read_committed();
    SELECT min(r.id) INTO holder FROM sminion.request r WHERE r.subject = ANY (keys) AND r.interim AND r.closed_at IS NULL
      AND CASE WHEN places IS NULL THEN r.schemas IS NULL ELSE r.schemas && places END;
    IF holder IS NOT NULL THEN
      RAISE EXCEPTION USING ERRCODE = 'SG527',
        MESSAGE = format('the subject stays blocked until request %s is closed', holder),
        HINT = format('Decide the request, and close it: `sminion.close_request(%s, ...)`.', holder);
    END IF;
  END IF;
  own.event := change_state.event;
  own.purpose := change_state.purpose;
  own.schemas := places;
  LOOP
    SELECT p.* INTO STRICT in_force FROM sminion.policy p;
    own.bit := CASE WHEN event IN ('block', 'unblock', 'erase') THEN 0 ELSE sminion.purpose_bit(purpose, event) END;
    -- Of one policy: another one may come into force between the two.
    EXIT WHEN in_force.epoch = (SELECT p.epoch FROM sminion.policy p);
  END LOOP;
  own.denied := CASE event
    WHEN 'block' THEN ~in_force.blocked_bits
    WHEN 'erase' THEN -1
    WHEN 'withdraw_consent' THEN own.bit
    WHEN 'refuse_consent' THEN own.bit
    WHEN 'expire_consent' THEN own.bit
    WHEN 'object' THEN own.bit
    ELSE 0 END;
  IF event = 'block' AND (until <= clock_timestamp() OR until = 'infinity') THEN
    RAISE EXCEPTION USING ERRCODE = 'SG530',
      MESSAGE = format('the block would end at %s', until),
      HINT = 'Pass a moment that is to come, with its time zone; leave `until` out for a block without an end.';
  ELSIF event <> 'block' AND num_nonnulls(given_at, text_sha256, until) > 0 THEN
    PERFORM sminion.check_consent(given_at, text_sha256, until);
  END IF;
  own.since := clock_timestamp();
  IF event NOT IN ('give_consent', 'refuse_consent', 'expire_consent') AND NOT sminion.subject_known(key) THEN
    RAISE WARNING USING ERRCODE = 'SG614',
      MESSAGE = format('no protected row has the subject key `%s`', sminion.log_text(key, 80)),
      DETAIL = 'The change is recorded, and applies to rows that are written later. It hides no row that exists now.',
      HINT = 'Compare the key with the subject column; upper and lower case and spaces matter. '
        || 'Take back what was meant for somebody else.';
  END IF;

  LOOP
    FOREACH one IN ARRAY keys LOOP
      CONTINUE WHEN one = ANY (told);
      own.subject := one;
      INSERT INTO sminion.subject_event (subject, event, purpose, reason, actor, epoch, request, given_at, text_sha256, channel, until, login, schemas)
      VALUES (one, event, purpose, why, who, in_force.epoch, request, given_at, text_sha256, way, until, login, places)
      RETURNING id INTO own.id;
      IF until IS NOT NULL AND event = 'block' THEN
        INSERT INTO sminion.block_end (event, subject, schemas, until) VALUES (own.id, one, places, change_state.until);
      ELSIF until IS NOT NULL THEN
        INSERT INTO sminion.consent_end (event, subject, purpose, until) VALUES (own.id, one, change_state.purpose, change_state.until);
      END IF;
      numbers := numbers || own.id;
      told := told || one;
    END LOOP;
    locked := sminion.lock_person(key, CASE current_setting('sminion.waited', true) WHEN 'yes' THEN '0' ELSE '1s' END);
    -- Whoever has the state may be merging it with another key, and a denial must reach that one too.
    IF locked IS NULL AND event IN ('block', 'object', 'withdraw_consent', 'refuse_consent') THEN
      PERFORM sminion.lock_merges(false);
    END IF;
    EXIT WHEN alone;
    keys := coalesce(locked, sminion.same_person(key));
    EXIT WHEN keys <@ told;
  END LOOP;

  strays := told;
  IF locked IS NOT NULL THEN
    -- Who holds states waits for no other one: see lock_person.
    PERFORM set_config('sminion.waited', 'yes', true);
    changed := sminion.apply_to_person(locked, own, told, numbers);
    -- Only the first few of a transaction: each takes subtransactions. For many there are functions of their own.
    -- Whoever changes the setting spends or saves time in his own transaction only; what is no number is as if he had spent it.
    done := CASE WHEN coalesce(current_setting('sminion.settled_now', true), '') COLLATE "C" ~ '^[0-9]{0,4}$'
      THEN coalesce(nullif(current_setting('sminion.settled_now', true), ''), '0')::integer ELSE 20 END;
    IF changed AND done < 20 THEN
      PERFORM sminion.settle_now(locked, 200);
      PERFORM set_config('sminion.settled_now', (done + 1)::text, true);
    END IF;
    -- What was recorded for a key that meanwhile belongs to another person again is left to `settle`.
    strays := ARRAY(SELECT t.key FROM unnest(told) AS t (key) WHERE t.key <> ALL (locked));
  END IF;

  INSERT INTO sminion.pending_change (id, subject, event, purpose, schemas, bit, denied, since)
  SELECT t.id, t.key, own.event, own.purpose, own.schemas, own.bit, own.denied, own.since
  FROM unnest(told, numbers) AS t (key, id) WHERE t.key = ANY (strays);
  INSERT INTO sminion.withheld (subject, change, denied)
  SELECT t.key, t.id, own.denied FROM unnest(told, numbers) AS t (key, id) WHERE t.key = ANY (strays) AND own.denied <> 0;
  IF locked IS NOT NULL THEN
    IF event = 'unblock' AND request IS NULL AND NOT alone THEN
      PERFORM sminion.say_still_blocked(key);
    END IF;
    RETURN changed;
  END IF;

  PERFORM set_config('sminion.waited', 'yes', true);
  RAISE WARNING USING ERRCODE = 'SG508',
    MESSAGE = format('the change of subject `%s` waits for a lock: %s', key,
                     CASE own.denied WHEN 0 THEN 'it permits nothing yet' ELSE 'what it denies is denied' END),
    DETAIL = format('The state is locked by %s.', sminion.state_holders(key)),
    HINT = 'Nothing needs to be repeated: `sminion.settle` stores it once the lock is free; see `sminion.pending_changes`.';
  RETURN true;
END
$sminion$;
COMMENT ON FUNCTION sminion.change_state(text, text, text, text, text, text, bigint, timestamptz, bytea, text, timestamptz, name, boolean, text[]) IS
  'true when the state changed, or will';

-- functions/states/merge_keys.sql
-- Declares two keys to be one person, or no longer: for sminion.merge_subjects and sminion.unmerge_subjects. One transaction at a
-- time, under the locks of all states of the person: so it is done as a whole or not at all, and nothing of it is pending.
CREATE FUNCTION sminion.merge_keys(
  event text, subject text, other text, reason text, actor text, kind text, other_kind text, request bigint
) RETURNS boolean
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  a       text := sminion.subject_key(subject, kind);
  b       text := sminion.subject_key(other, coalesce(other_kind, kind));
  why     text := sminion.require_reason(reason);
  who     text := sminion.require_actor(actor);
  before  boolean;
  pair    bigint;
  last    bigint;
  key     text;
  nothing sminion.pending_change;
  person  text[];
BEGIN
  PERFORM sminion.require_read_committed();
  IF a = b THEN
    RAISE EXCEPTION USING ERRCODE = 'SG536',
      MESSAGE = 'a key is not merged with itself',
      HINT = 'Pass two keys of one person.';
  ELSIF request IS NOT NULL AND NOT EXISTS (SELECT FROM sminion.request r WHERE r.id = merge_keys.request) THEN
    RAISE EXCEPTION USING ERRCODE = 'SG522',
      MESSAGE = format('there is no request %s', request),
      HINT = 'List them: `SELECT * FROM sminion.request_status`.';
  END IF;
  PERFORM sminion.lock_merges(true);
  SELECT m.id INTO pair FROM sminion.subject_merge m 
  WHERE m.one = least(a COLLATE "C", b) AND m.other = greatest(a COLLATE "C", b) AND m.ended_at IS NULL;
  IF event = 'unmerge_subjects' AND pair IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'SG537',
      MESSAGE = 'these two keys were not merged with one another',
      HINT = 'See `sminion.merged_subjects`: of a chain of keys, end the pairs that were merged.';
  END IF;
  FOR key IN SELECT DISTINCT k COLLATE "C" FROM unnest(sminion.same_person(a) || sminion.same_person(b)) k ORDER BY 1 LOOP
    IF event = 'merge_subjects' AND NOT sminion.subject_known(key) THEN
      RAISE WARNING USING ERRCODE = 'SG614',
        MESSAGE = format('no protected row has the subject key `%s`', sminion.log_text(key, 80)),
        DETAIL = 'The change is recorded, and applies to rows that are written later. It hides no row that exists now.',
        HINT = 'Compare the key with the subject column; upper and lower case and spaces matter.';
    END IF;
    person := person || key;
  END LOOP;
  -- All or none, again and again for 2 seconds: an officer who has one of them may wait for this call (lock_merges), and of those who
  -- wait for one another PostgreSQL ends whoever looks first, which may be a writer.
  FOR attempt IN 1 .. 100 LOOP
    BEGIN
      FOREACH key IN ARRAY person LOOP
        IF NOT sminion.lock_state(key, '0') THEN
          RAISE EXCEPTION USING ERRCODE = 'SG538',
            MESSAGE = format('the state of subject `%s` is locked: nothing was changed', sminion.log_text(key, 80)),
            DETAIL = CASE attempt WHEN 100 THEN format('It is locked by %s.', sminion.state_holders(key)) ELSE '' END,
            HINT = 'Call it again when that transaction has ended. Until then block both keys if something must be denied at once.';
        END IF;
      END LOOP;
      EXIT;
    EXCEPTION WHEN SQLSTATE 'SG538' THEN
      IF attempt = 100 THEN
        RAISE;
      END IF;
      PERFORM pg_sleep(0.02);
    END;
  END LOOP;
  before := b = ANY (sminion.same_person(a));
  INSERT INTO sminion.subject_event (subject, event, reason, actor, epoch, request)
  SELECT k.key, merge_keys.event, why, who, p.epoch, merge_keys.request FROM sminion.policy p, (VALUES (a), (b)) AS k (key);
  last := (SELECT max(e.id) FROM sminion.subject_event e WHERE e.subject IN (a, b));
  IF event = 'unmerge_subjects' THEN
    UPDATE sminion.subject_merge m SET ended_at = clock_timestamp() WHERE m.id = pair;
  ELSIF pair IS NULL THEN
    INSERT INTO sminion.subject_merge (one, other) VALUES (least(a COLLATE "C", b), greatest(a COLLATE "C", b));
  END IF;
  -- Twice the same person after a merge, and the two persons after its end.
  FOREACH key IN ARRAY ARRAY[a, b] LOOP
    person := sminion.same_person(key);
    PERFORM sminion.apply_to_person(person, nothing);
    PERFORM sminion.spread_states(person, last);
    PERFORM sminion.settle_now(person, 200);
  END LOOP;
  IF event = 'merge_subjects' THEN
    -- Requests that are open concern what recipients got under the other key. What such a request obliged to stays after the end of a merge.
    PERFORM sminion.lock_obligations();
    PERFORM sminion.make_obligations(ARRAY[a]);
  END IF;
  IF event = 'unmerge_subjects' AND b = ANY (sminion.same_person(a)) THEN
    RAISE WARNING USING ERRCODE = 'SG536',
      MESSAGE = 'the two keys still belong to one person, by other keys that they are merged with',
      HINT = 'See `sminion.merged_subjects`, and end these pairs too.';
  END IF;
  RETURN before <> (b = ANY (sminion.same_person(a)));
END
$sminion$;

-- functions/states/merge_subjects.sql
-- Declares that two keys belong to one person: what either denies holds for both from now on, and what is decided later under either
-- is decided for both. A read costs nothing more: each key's own state says it.
CREATE FUNCTION sminion.merge_subjects(
  subject text, other text, reason text, actor text DEFAULT NULL, kind text DEFAULT NULL, other_kind text DEFAULT NULL,
  request bigint DEFAULT NULL
) RETURNS boolean
LANGUAGE sql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
  SELECT sminion.merge_keys('merge_subjects', subject, other, reason, actor, kind, other_kind, request)
$sminion$;
COMMENT ON FUNCTION sminion.merge_subjects(text, text, text, text, text, text, bigint) IS
  'declares two keys to be one person; true if they were two before';

-- functions/states/merge_subjects.key.sql
-- The same for keys of another type than text, such as the numbers or uuids that stand in the column. It acts as its caller: a cast
-- to text may be somebody's own function.
CREATE FUNCTION sminion.merge_subjects(
  subject anynonarray, other anynonarray, reason text, actor text DEFAULT NULL, kind text DEFAULT NULL,
  other_kind text DEFAULT NULL, request bigint DEFAULT NULL
) RETURNS boolean
LANGUAGE sql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
  SELECT sminion.merge_subjects(subject::text, other::text, reason, actor, kind, other_kind, request)
$sminion$;
COMMENT ON FUNCTION sminion.merge_subjects(anynonarray, anynonarray, text, text, text, text, bigint) IS
  'declares two keys to be one person; true if they were two before';

-- functions/states/unmerge_subjects.sql
-- Ends what sminion.merge_subjects declared: each key has its own state again, with what was decided for both meanwhile.
CREATE FUNCTION sminion.unmerge_subjects(
  subject text, other text, reason text, actor text DEFAULT NULL, kind text DEFAULT NULL, other_kind text DEFAULT NULL,
  request bigint DEFAULT NULL
) RETURNS boolean
LANGUAGE sql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
  SELECT sminion.merge_keys('unmerge_subjects', subject, other, reason, actor, kind, other_kind, request)
$sminion$;
COMMENT ON FUNCTION sminion.unmerge_subjects(text, text, text, text, text, text, bigint) IS
  'ends that two keys are one person; true if they are two from now on';

-- functions/states/unmerge_subjects.key.sql
-- The same for keys of another type than text, such as the numbers or uuids that stand in the column. It acts as its caller: a cast
-- to text may be somebody's own function.
CREATE FUNCTION sminion.unmerge_subjects(
  subject anynonarray, other anynonarray, reason text, actor text DEFAULT NULL, kind text DEFAULT NULL,
  other_kind text DEFAULT NULL, request bigint DEFAULT NULL
) RETURNS boolean
LANGUAGE sql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
  SELECT sminion.unmerge_subjects(subject::text, other::text, reason, actor, kind, other_kind, request)
$sminion$;
COMMENT ON FUNCTION sminion.unmerge_subjects(anynonarray, anynonarray, text, text, text, text, bigint) IS
  'ends that two keys are one person; true if they are two from now on';

-- functions/states/block.sql
-- Suspends the processing of a subject's data, except storage and purposes that see blocked subjects.
--
-- schemas: only of the data in tables of these schemas; NULL for all. Such a block stands beside one of the whole subject, and each is
-- ended by itself. While rows are not settled, it may deny more than that.
-- until:   it ends by itself; see sminion.end_blocks.
CREATE FUNCTION sminion.block(
  subject text, reason text, actor text DEFAULT NULL, kind text DEFAULT NULL, schemas text[] DEFAULT NULL,
  until timestamptz DEFAULT NULL
) RETURNS boolean
LANGUAGE sql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
  SELECT sminion.change_state(subject, 'block', NULL, reason, actor, kind, until => block.until, schemas => block.schemas)
$sminion$;
COMMENT ON FUNCTION sminion.block(text, text, text, text, text[], timestamptz) IS 'blocks a subject; true if the state changed';

-- functions/states/block.key.sql
-- The same for a key of another type than text, such as the number or uuid that stands in the column. It acts as its caller: a cast
-- to text may be somebody's own function.
CREATE FUNCTION sminion.block(
  subject anynonarray, reason text, actor text DEFAULT NULL, kind text DEFAULT NULL, schemas text[] DEFAULT NULL,
  until timestamptz DEFAULT NULL
) RETURNS boolean
LANGUAGE sql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
  SELECT sminion.block(subject::text, reason, actor, kind, schemas, until)
$sminion$;
COMMENT ON FUNCTION sminion.block(anynonarray, text, text, text, text[], timestamptz) IS 'blocks a subject; true if the state changed';

-- functions/states/unblock.sql
-- Ends a block. Rows become visible again as they are settled.
--
-- schemas: ends a block that is limited to schemas, for these; NULL ends that of the whole subject, and leaves limited ones.
CREATE FUNCTION sminion.unblock(subject text, reason text, actor text DEFAULT NULL, kind text DEFAULT NULL, schemas text[] DEFAULT NULL) RETURNS boolean
LANGUAGE sql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
  SELECT sminion.change_state(subject, 'unblock', NULL, reason, actor, kind, schemas => unblock.schemas)
$sminion$;
COMMENT ON FUNCTION sminion.unblock(text, text, text, text, text[]) IS
  'ends the block of a subject; true if the state changed';

-- functions/states/unblock.key.sql
-- The same for a key of another type than text, such as the number or uuid that stands in the column. It acts as its caller: a cast
-- to text may be somebody's own function.
CREATE FUNCTION sminion.unblock(
  subject anynonarray, reason text, actor text DEFAULT NULL, kind text DEFAULT NULL, schemas text[] DEFAULT NULL
) RETURNS boolean
LANGUAGE sql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
  SELECT sminion.unblock(subject::text, reason, actor, kind, schemas)
$sminion$;
COMMENT ON FUNCTION sminion.unblock(anynonarray, text, text, text, text[]) IS
  'ends the block of a subject; true if the state changed';

-- functions/consent/give_consent.sql
-- Records a consent to one purpose that rests on consent. Rows become visible to it as they are settled.
--
-- given_at:    when it was given, where that was earlier; what the person decided after that stands.
-- text_sha256: of the text that the person saw.
-- until:       the consent ends by itself; see sminion.expire_consents.
CREATE FUNCTION sminion.give_consent(
  subject text, purpose text, reason text, actor text DEFAULT NULL, kind text DEFAULT NULL,
  given_at timestamptz DEFAULT NULL, text_sha256 bytea DEFAULT NULL, channel text DEFAULT NULL, until timestamptz DEFAULT NULL
) RETURNS boolean
LANGUAGE sql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
  SELECT sminion.change_state(subject, 'give_consent', purpose, reason, actor, kind, NULL, given_at, text_sha256, channel, until)
$sminion$;
COMMENT ON FUNCTION sminion.give_consent(text, text, text, text, text, timestamptz, bytea, text, timestamptz) IS
  'records a consent of a subject to a purpose; true if the state changed';

-- functions/consent/give_consent.key.sql
-- The same for a key of another type than text, such as the number or uuid that stands in the column. It acts as its caller: a cast
-- to text may be somebody's own function.
CREATE FUNCTION sminion.give_consent(
  subject anynonarray, purpose text, reason text, actor text DEFAULT NULL, kind text DEFAULT NULL,
  given_at timestamptz DEFAULT NULL, text_sha256 bytea DEFAULT NULL, channel text DEFAULT NULL, until timestamptz DEFAULT NULL
) RETURNS boolean
LANGUAGE sql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
  SELECT sminion.give_consent(subject::text, purpose, reason, actor, kind, given_at, text_sha256, channel, until)
$sminion$;
COMMENT ON FUNCTION sminion.give_consent(anynonarray, text, text, text, text, timestamptz, bytea, text, timestamptz) IS
  'records a consent of a subject to a purpose; true if the state changed';

-- functions/consent/refuse_consent.sql
-- Records that a person was asked and refused. The state is closed, as it is without a consent; a consent that was given before ends.
--
-- given_at, text_sha256 and channel: as for sminion.give_consent.
CREATE FUNCTION sminion.refuse_consent(
  subject text, purpose text, reason text, actor text DEFAULT NULL, kind text DEFAULT NULL,
  given_at timestamptz DEFAULT NULL, text_sha256 bytea DEFAULT NULL, channel text DEFAULT NULL
) RETURNS boolean
LANGUAGE sql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
  SELECT sminion.change_state(subject, 'refuse_consent', purpose, reason, actor, kind, NULL, given_at, text_sha256, channel)
$sminion$;
COMMENT ON FUNCTION sminion.refuse_consent(text, text, text, text, text, timestamptz, bytea, text) IS
  'records that a subject refused a consent to a purpose; true if the state changed';

-- functions/consent/refuse_consent.key.sql
-- The same for a key of another type than text, such as the number or uuid that stands in the column. It acts as its caller: a cast
-- to text may be somebody's own function.
CREATE FUNCTION sminion.refuse_consent(
  subject anynonarray, purpose text, reason text, actor text DEFAULT NULL, kind text DEFAULT NULL,
  given_at timestamptz DEFAULT NULL, text_sha256 bytea DEFAULT NULL, channel text DEFAULT NULL
) RETURNS boolean
LANGUAGE sql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
  SELECT sminion.refuse_consent(subject::text, purpose, reason, actor, kind, given_at, text_sha256, channel)
$sminion$;
COMMENT ON FUNCTION sminion.refuse_consent(anynonarray, text, text, text, text, timestamptz, bytea, text) IS
  'records that a subject refused a consent to a purpose; true if the state changed';

-- functions/consent/withdraw_consent.sql
-- Withdraws a consent: hidden from the purpose at the next statement of every session.
CREATE FUNCTION sminion.withdraw_consent(
  subject text, purpose text, reason text, actor text DEFAULT NULL, kind text DEFAULT NULL
) RETURNS boolean
LANGUAGE sql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
  SELECT sminion.change_state(subject, 'withdraw_consent', purpose, reason, actor, kind)
$sminion$;
COMMENT ON FUNCTION sminion.withdraw_consent(text, text, text, text, text) IS
  'withdraws a consent of a subject; true if the state changed';

-- functions/consent/withdraw_consent.key.sql
-- The same for a key of another type than text, such as the number or uuid that stands in the column. It acts as its caller: a cast
-- to text may be somebody's own function.
CREATE FUNCTION sminion.withdraw_consent(
  subject anynonarray, purpose text, reason text, actor text DEFAULT NULL, kind text DEFAULT NULL
) RETURNS boolean
LANGUAGE sql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
  SELECT sminion.withdraw_consent(subject::text, purpose, reason, actor, kind)
$sminion$;
COMMENT ON FUNCTION sminion.withdraw_consent(anynonarray, text, text, text, text) IS
  'withdraws a consent of a subject; true if the state changed';

-- functions/states/object.sql
-- Records an objection to one purpose that rests on a legitimate interest: hidden at the next statement.
CREATE FUNCTION sminion.object(
  subject text, purpose text, reason text, actor text DEFAULT NULL, kind text DEFAULT NULL
) RETURNS boolean
LANGUAGE sql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
  SELECT sminion.change_state(subject, 'object', purpose, reason, actor, kind)
$sminion$;
COMMENT ON FUNCTION sminion.object(text, text, text, text, text) IS
  'records an objection of a subject to a purpose; true if the state changed';

-- functions/states/object.key.sql
-- The same for a key of another type than text, such as the number or uuid that stands in the column. It acts as its caller: a cast
-- to text may be somebody's own function.
CREATE FUNCTION sminion.object(
  subject anynonarray, purpose text, reason text, actor text DEFAULT NULL, kind text DEFAULT NULL
) RETURNS boolean
LANGUAGE sql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
  SELECT sminion.object(subject::text, purpose, reason, actor, kind)
$sminion$;
COMMENT ON FUNCTION sminion.object(anynonarray, text, text, text, text) IS
  'records an objection of a subject to a purpose; true if the state changed';

-- functions/states/withdraw_objection.sql
-- Takes an objection back. Rows become visible again as they are settled.
CREATE FUNCTION sminion.withdraw_objection(
  subject text, purpose text, reason text, actor text DEFAULT NULL, kind text DEFAULT NULL
) RETURNS boolean
LANGUAGE sql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
  SELECT sminion.change_state(subject, 'withdraw_objection', purpose, reason, actor, kind)
$sminion$;
COMMENT ON FUNCTION sminion.withdraw_objection(text, text, text, text, text) IS
  'withdraws an objection of a subject; true if the state changed';

-- functions/states/withdraw_objection.key.sql
-- The same for a key of another type than text, such as the number or uuid that stands in the column. It acts as its caller: a cast
-- to text may be somebody's own function.
CREATE FUNCTION sminion.withdraw_objection(
  subject anynonarray, purpose text, reason text, actor text DEFAULT NULL, kind text DEFAULT NULL
) RETURNS boolean
LANGUAGE sql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
  SELECT sminion.withdraw_objection(subject::text, purpose, reason, actor, kind)
$sminion$;
COMMENT ON FUNCTION sminion.withdraw_objection(anynonarray, text, text, text, text) IS
  'withdraws an objection of a subject; true if the state changed';

-- functions/states/change_states.sql
-- The same change of many subjects' states, as sminion.change_state makes it of one: the number of those that changed, or
-- will. Whose state is free, or is not there yet, is changed by statements for many at once, 2000 by 2000, and settled at
-- once; whose state is locked, being made, or has a change pending is left to change_state.
--
-- All states stay locked until the caller commits, and writers of these subjects wait for that: a campaign of millions is
-- passed in parts of some thousands, each in a transaction of its own.
--
-- as_kept: `raw` are keys that sminion.subject_key has made already.
-- given_at, text_sha256, channel and until are facts of consents, one for each of `raw`: see change_state.
CREATE FUNCTION sminion.change_states(
  raw text[], event text, purpose text, reason text, actor text, kind text, given_at timestamptz[] DEFAULT NULL,
  text_sha256 bytea[] DEFAULT NULL, channel text[] DEFAULT NULL, until timestamptz[] DEFAULT NULL, login name DEFAULT session_user, as_kept boolean DEFAULT false
) RETURNS bigint
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  why      CONSTANT text := sminion.require_reason(reason);
  who      CONSTANT text := sminion.require_actor(actor);
  spoken   CONSTANT text := current_setting('client_min_messages');
  patience CONSTANT text := current_setting('lock_timeout');
  factual  CONSTANT boolean := num_nonnulls(given_at, text_sha256, channel, until) > 0;
  keys     text[];
  in_force sminion.policy;
  bit      bigint;
  since    timestamptz;
  batch    text[];
  strangers text[];
  free     text[];
  moved    text[];
  numbers  bigint[];
  made_ids bigint[];
  made_keys text[];
  at_key   integer;
  denials  bigint[];
  key      text;
  changed  bigint := 0;
  unknown  bigint := 0;
BEGIN
  IF raw IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'SG504', MESSAGE = 'the subjects are NULL',
      HINT = 'Pass an array of keys, such as `ARRAY(SELECT id::text FROM ...)`.';
  END IF;
  IF factual THEN
    -- The same order for all of them.
    SELECT array_agg(f.key ORDER BY f.key), array_agg(f.g ORDER BY f.key), array_agg(f.t ORDER BY f.key),
           array_agg(sminion.ticket_text('channel', f.c, 80) ORDER BY f.key), array_agg(f.u ORDER BY f.key)
    INTO keys, given_at, text_sha256, channel, until
    FROM (
      SELECT DISTINCT ON (1) CASE WHEN as_kept THEN u.r ELSE sminion.subject_key(u.r, kind) END COLLATE "C" AS key, u.g, u.t, u.c, u.u
      FROM unnest(raw, given_at, text_sha256, channel, until) AS u (r, g, t, c, u) ORDER BY 1) f;
    PERFORM sminion.check_consent(min(u.g), NULL, NULL), sminion.check_consent(max(u.g), NULL, NULL)
    FROM unnest(given_at) AS u (g);
    PERFORM sminion.check_consent(u.g, u.t, u.u) FROM unnest(given_at, text_sha256, until) AS u (g, t, u)
    WHERE octet_length(u.t) <> 32 OR u.u IS NOT NULL;
  ELSE
    keys := ARRAY(SELECT DISTINCT sminion.subject_key(r, kind) FROM unnest(raw) AS u (r) ORDER BY 1);
  END IF;
  keys := coalesce(keys, '{}');
  LOOP
    SELECT p.* INTO STRICT in_force FROM sminion.policy p;
    bit := CASE WHEN event IN ('block', 'unblock') THEN 0 ELSE sminion.purpose_bit(purpose, event) END;
    since := sminion.consents_since(bit);
    -- Of one policy: another one may come into force between the two.
    EXIT WHEN in_force.epoch = (SELECT p.epoch FROM sminion.policy p);
  END LOOP;
  FOR part IN 0 .. cardinality(keys) / 2000 LOOP
    batch := keys[2000 * part + 1 : 2000 * part + 2000];
    strangers := ARRAY(
      SELECT k.key FROM unnest(batch) AS k (key)
      WHERE NOT EXISTS (SELECT FROM sminion.subject_state s WHERE s.subject = k.key));
    IF event NOT IN ('give_consent', 'refuse_consent', 'expire_consent') THEN
      unknown := unknown + (SELECT count(*) FROM unnest(strangers) AS k (key) WHERE NOT sminion.subject_known(k.key));
    END IF;
    IF strangers <> '{}' THEN
      BEGIN
        PERFORM set_config('lock_timeout', '2ms', true);
        PERFORM sminion.make_states(strangers);
        PERFORM set_config('lock_timeout', patience, true);
      EXCEPTION WHEN lock_not_available OR deadlock_detected THEN
        -- Somebody is just making one of them: change_state makes the others one by one, and waits.
        NULL;
      END;
    END IF;
    free := ARRAY(
      SELECT s.subject FROM sminion.subject_state s
      WHERE s.subject = ANY (batch)
        -- a block that is limited to schemas has a mask of its own: change_state computes it
        AND s.schemas_mask IS NULL
        AND NOT EXISTS (SELECT FROM sminion.pending_change p WHERE p.subject = s.subject)
      ORDER BY s.subject FOR UPDATE SKIP LOCKED);
    -- Who holds states waits for none: another officer may hold that one and wait for these, and then PostgreSQL ends whoever looks
    -- for the deadlock first, which may be a writer who only waits.
    IF free <> '{}' THEN
      PERFORM set_config('sminion.waited', 'yes', true);
    END IF;
    -- Of keys that belong to one person with others, each change is one of all: change_state makes it.
    free := ARRAY(
      SELECT k.key FROM unnest(free) WITH ORDINALITY AS k (key, n)
      WHERE NOT EXISTS (SELECT FROM sminion.subject_merge m WHERE m.ended_at IS NULL AND m.one = k.key)
        AND NOT EXISTS (SELECT FROM sminion.subject_merge m WHERE m.ended_at IS NULL AND m.other = k.key)
      ORDER BY k.n);
    -- History after the lock: what another says later about one of them is stored later too.
    IF factual THEN
      WITH made AS (
        INSERT INTO sminion.subject_event AS e (subject, event, purpose, reason, actor, login, epoch, given_at, text_sha256, channel, until)
        SELECT f.key, change_states.event, change_states.purpose, why, who, change_states.login, in_force.epoch, f.g, f.t, f.c, f.u
        FROM unnest(keys, given_at, text_sha256, channel, until) AS f (key, g, t, c, u) JOIN unnest(free) AS r (key) ON r.key = f.key
        RETURNING e.id, e.subject, e.until
      ), ends AS (
        INSERT INTO sminion.consent_end (event, subject, purpose, until)
        SELECT m.id, m.subject, change_states.purpose, m.until FROM made m WHERE m.until IS NOT NULL
      )
      SELECT coalesce(array_agg(m.id), '{}'), coalesce(array_agg(m.subject), '{}') INTO made_ids, made_keys FROM made m;
      -- What was decided later stands, and what has ended opens nothing: see apply_changes.
      SELECT coalesce(array_agg(m.id), '{}'), coalesce(array_agg(m.key), '{}') INTO made_ids, made_keys
      FROM unnest(made_ids, made_keys) AS m (id, key)
      -- Most people of an import have decided nothing before: for them the function is not called.
      WHERE NOT CASE WHEN EXISTS (SELECT FROM sminion.subject_event o WHERE o.subject = m.key AND o.id <> m.id)
          THEN sminion.decided_later(m.id, m.key, change_states.event, change_states.purpose) ELSE false END
        AND NOT EXISTS (SELECT FROM sminion.consent_end n WHERE n.event = m.id AND n.until <= clock_timestamp())
        AND NOT (event = 'give_consent' AND since IS NOT NULL
          AND EXISTS (SELECT FROM sminion.subject_event e WHERE e.id = m.id AND coalesce(e.given_at, e.at) < since));
    ELSE
      WITH made AS (
        INSERT INTO sminion.subject_event AS e (subject, event, purpose, reason, actor, epoch)
        SELECT f.key, change_states.event, change_states.purpose, why, who, in_force.epoch FROM unnest(free) AS f (key)
        RETURNING e.id, e.subject
      )
      SELECT coalesce(array_agg(m.id), '{}'), coalesce(array_agg(m.subject), '{}') INTO made_ids, made_keys FROM made m;
    END IF;
    WITH said AS (
      SELECT m.id, m.subject FROM unnest(made_ids, made_keys) AS m (id, subject)
    ), before AS (
      SELECT s.*,
             CASE event WHEN 'block' THEN true WHEN 'unblock' THEN false ELSE s.blocked END AS new_blocked,
             CASE event WHEN 'give_consent' THEN s.consents | bit WHEN 'withdraw_consent' THEN s.consents & ~bit
               WHEN 'refuse_consent' THEN s.consents & ~bit WHEN 'expire_consent' THEN s.consents & ~bit
               ELSE s.consents END AS new_consents,
             CASE event WHEN 'object' THEN s.objections | bit WHEN 'withdraw_objection' THEN s.objections & ~bit
               ELSE s.objections END AS new_objections
      FROM sminion.subject_state s WHERE s.subject = ANY (made_keys)
    ), after AS (
      SELECT b.*, CASE WHEN b.erased THEN 0
               ELSE sminion.mask(in_force, b.new_blocked, b.new_consents, b.new_objections) END AS new_mask FROM before b
    ), stored AS (
      UPDATE sminion.subject_state s
      SET blocked = a.new_blocked, consents = a.new_consents, objections = a.new_objections, mask = a.new_mask,
          epoch = in_force.mask_epoch
      FROM after a
      WHERE s.subject = a.subject
        AND (a.blocked, a.consents, a.objections, a.mask, a.epoch)
            IS DISTINCT FROM (a.new_blocked, a.new_consents, a.new_objections, a.new_mask, in_force.mask_epoch)
      RETURNING s.subject, a.mask & ~a.new_mask AS denied
    ), queued AS (
      INSERT INTO sminion.unsettled (subject) SELECT t.subject FROM stored t
    )
    SELECT coalesce(array_agg(t.subject), '{}'), coalesce(array_agg(d.id), '{}'), coalesce(array_agg(t.denied), '{}')
    INTO moved, numbers, denials FROM stored t JOIN said d ON d.subject = t.subject;
    -- What the new states permit is withheld no longer: see apply_changes.
    DELETE FROM sminion.withheld w USING sminion.subject_state s
    WHERE w.subject = ANY (moved) AND s.subject = w.subject AND w.denied & ~s.mask = 0
      AND NOT EXISTS (SELECT FROM sminion.pending_change p WHERE p.id = w.change);
    UPDATE sminion.withheld w SET denied = w.denied & ~s.mask FROM sminion.subject_state s
    WHERE w.subject = ANY (moved) AND s.subject = w.subject AND w.denied & s.mask <> 0
      AND NOT EXISTS (SELECT FROM sminion.pending_change p WHERE p.id = w.change);
    PERFORM sminion.settle_now(moved, 80000);
    -- Withheld are those only that could not be settled: nobody sees the states before the end of the transaction, and every
    -- statement of everybody would read what was inserted and removed here, until VACUUM.
    INSERT INTO sminion.withheld (subject, change, denied)
    SELECT m.subject, m.change, m.denied FROM unnest(moved, numbers, denials) AS m (subject, change, denied)
    WHERE m.denied <> 0 AND EXISTS (SELECT FROM sminion.unsettled u WHERE u.subject = m.subject);
    changed := changed + cardinality(moved);

    -- One notice for all of them, and not one for each.
    PERFORM set_config('client_min_messages', 'warning', true);
    FOR key IN SELECT unnest(batch) EXCEPT SELECT unnest(free) ORDER BY 1 LOOP
      at_key := array_position(keys, key);
      changed := changed + sminion.change_state(
        coalesce(substr(key, length(kind || ':') + 1), key), event, purpose, reason, actor, kind, NULL, given_at[at_key],
        text_sha256[at_key], channel[at_key], until[at_key], login)::integer;
    END LOOP;
    PERFORM set_config('client_min_messages', spoken, true);
  END LOOP;
  IF unknown > 0 THEN
    RAISE WARNING USING ERRCODE = 'SG614',
      MESSAGE = format('no protected row has %s of the %s subject keys', unknown, cardinality(keys)),
      DETAIL = 'The change is recorded, and applies to rows that are written later. It hides no row that exists now.',
      HINT = 'Compare the keys with the subject columns; upper and lower case and spaces matter.';
  END IF;
  RETURN changed;
END
$sminion$;
COMMENT ON FUNCTION sminion.change_states(text[], text, text, text, text, text, timestamptz[], bytea[], text[], timestamptz[], name, boolean) IS
  'how many states changed, or will';

-- functions/consent/give_consents.sql
-- Records a consent of many subjects to one purpose that rests on consent, such as an import.
CREATE FUNCTION sminion.give_consents(subjects text[], purpose text, reason text, actor text DEFAULT NULL, kind text DEFAULT NULL) RETURNS bigint
LANGUAGE sql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
  SELECT sminion.change_states(subjects, 'give_consent', purpose, reason, actor, kind)
$sminion$;
COMMENT ON FUNCTION sminion.give_consents(text[], text, text, text, text) IS
  'records consents of many subjects; how many states changed';

-- functions/consent/import_consents.sql
-- Records decisions that were made earlier, such as those of another system: of each line one element of the arrays, with the moment of
-- the decision. Returns for each line whether it was `recorded`, or `repeated`: it stands in the history already, so a file may be
-- imported again. Decisions count in the order of their moments, also beside those that are on record.
--
-- decisions: given, refused or withdrawn.
-- actors:    who took the decision from the person; NULL is the login.
CREATE FUNCTION sminion.import_consents(
  subjects text[], purposes text[], decisions text[], given_at timestamptz[], text_sha256 bytea[], channels text[], until timestamptz[],
  actors text[], reason text, kind text DEFAULT NULL, OUT line integer, OUT outcome text
) RETURNS SETOF record
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  keys    text[];
  events  text[];
  numbers integer[];
  part    record;
BEGIN
  SELECT array_agg(sminion.subject_key(u.raw, kind) ORDER BY u.nth),
         array_agg(CASE u.decision WHEN 'given' THEN 'give_consent' WHEN 'refused' THEN 'refuse_consent' WHEN 'withdrawn' THEN 'withdraw_consent' END
                   ORDER BY u.nth)
  INTO keys, events FROM unnest(subjects, decisions) WITH ORDINALITY AS u (raw, decision, nth);
  IF keys IS NULL OR array_position(events, NULL) IS NOT NULL OR array_position(given_at, NULL) IS NOT NULL
    OR cardinality(given_at) IS DISTINCT FROM cardinality(keys) OR cardinality(purposes) IS DISTINCT FROM cardinality(keys)
  THEN
    RAISE EXCEPTION USING ERRCODE = 'SG530',
      MESSAGE = 'a line has no decision, or no moment of it',
      DETAIL = 'Decisions: given, refused, withdrawn.',
      HINT = 'Pass for each line the subject, the purpose, the decision and when it was made.';
  END IF;
  SELECT coalesce(array_agg(u.nth ORDER BY u.nth), '{}') INTO numbers
  FROM (
    SELECT DISTINCT ON (f.key, f.purpose, f.event, f.at, f.hash) f.*
    FROM unnest(keys, purposes, events, given_at, text_sha256) WITH ORDINALITY AS f (key, purpose, event, at, hash, nth)
    ORDER BY f.key, f.purpose, f.event, f.at, f.hash, f.nth) u
  WHERE NOT EXISTS (
    SELECT FROM sminion.subject_event e
    WHERE e.subject = u.key AND e.purpose = u.purpose AND e.event = u.event AND e.given_at = u.at
      AND e.text_sha256 IS NOT DISTINCT FROM u.hash);
  FOR part IN
    SELECT f.turn, f.purpose, f.event, f.actor, array_agg(f.key) AS keys, array_agg(f.at) AS ats, array_agg(f.hash) AS hashes,
           array_agg(f.channel) AS channels, array_agg(f.until) AS ends
    FROM (
      SELECT u.*, row_number() OVER (PARTITION BY u.key, u.purpose ORDER BY u.at, u.nth) AS turn
      FROM unnest(keys, purposes, events, given_at, text_sha256, channels, until, actors) WITH ORDINALITY
        AS u (key, purpose, event, at, hash, channel, until, actor, nth)
      -- joined: = ANY would look through the whole array for each line
      JOIN unnest(numbers) AS n (number) ON n.number = u.nth) f
    GROUP BY f.turn, f.purpose, f.event, f.actor ORDER BY f.turn
  LOOP
    PERFORM sminion.change_states(
      part.keys, part.event, part.purpose, reason, part.actor, kind, part.ats, part.hashes, part.channels, part.ends, as_kept => true);
  END LOOP;
  RETURN QUERY SELECT n.nth, CASE WHEN m.number IS NOT NULL THEN 'recorded' ELSE 'repeated' END
  FROM generate_series(1, cardinality(keys)) AS n (nth) LEFT JOIN unnest(numbers) AS m (number) ON m.number = n.nth;
END
$sminion$;
COMMENT ON FUNCTION sminion.import_consents(text[], text[], text[], timestamptz[], bytea[], text[], timestamptz[], text[], text, text) IS
  'records decisions on consent that were made earlier; for each line whether it was recorded';

-- functions/states/kind_of_subject.sql
-- The kind and the key of a subject as logs have it, the way back from sminion.subject_key; the kind is NULL where the policy names none.
CREATE FUNCTION sminion.kind_of_subject(subject text, OUT kind text, OUT key text)
LANGUAGE sql
STABLE
SET search_path = pg_catalog, pg_temp
AS $sminion$
  SELECT CASE WHEN p.subject_keys ? '' THEN NULL ELSE split_part(subject, ':', 1) END,
         CASE WHEN p.subject_keys ? '' THEN subject ELSE substr(subject, position(':' IN subject) + 1) END
  FROM sminion.policy p
$sminion$;

-- functions/consent/record_consent.sql
-- Records the consent, or the refusal, that a login was just given, such as that of a form for signing up, where the policy permits it
-- (`may_record_consent`). sminion.take_consents enters it into the history with the next call of sminion.maintain.
--
-- It says nothing, and does the same for a person whom nobody knows, one who has consented and one who refused: it adds a row, and reads
-- none of the person. So a login that may do this learns nothing by it; and a consent that was given before stands, whatever it records.
--
-- At most 100 in a transaction, and 6,000 within a minute for each login (SG531), looked up as sminion.open_ticket does.
CREATE FUNCTION sminion.record_consent(
  subject text, purpose text, given boolean, text_sha256 bytea, channel text, actor text DEFAULT NULL, kind text DEFAULT NULL
) RETURNS void
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off
SET jit = off
AS $sminion$
DECLARE
  who  text := sminion.require_actor(actor);
  way  text := sminion.ticket_text('channel', channel, 80);
  last bigint;
BEGIN
  IF NOT EXISTS (
    SELECT FROM sminion.login_consent l JOIN sminion.purpose w ON w.name = l.purpose AND w.retired_at IS NULL AND w.basis = 'consent'
    WHERE l.login = session_user AND l.purpose = record_consent.purpose)
  THEN
    RAISE EXCEPTION USING ERRCODE = 'SG532',
      MESSAGE = format('login `%s` may not record consents to `%s`', session_user, coalesce(sminion.log_text(purpose, 80), 'NULL')),
      HINT = 'Add the purpose to `may_record_consent` of `[login.NAME]` in the policy, and apply it.';
  ELSIF given IS NULL OR way IS NULL OR octet_length(text_sha256) IS DISTINCT FROM 32 THEN
    RAISE EXCEPTION USING ERRCODE = 'SG530',
      MESSAGE = 'a consent is recorded with what was decided, the SHA-256 of the text that the person saw, and the channel',
      HINT = 'Pass all three; the hash is `sha256(convert_to(text, ''UTF8''))`.';
  ELSIF sminion.log_text(subject, 400) IS DISTINCT FROM subject THEN
    -- Here and not in subject_key, which asks whether a row has such a key: the answer would tell.
    RAISE EXCEPTION USING ERRCODE = 'SG504',
      MESSAGE = 'the subject key is empty or cannot be read',
      DETAIL = 'It has control, bidirectional or invisible characters, or more than 400 characters.',
      HINT = 'Pass the key as it stands in the subject column.';
  END IF;
  SELECT i.nth INTO last FROM sminion.consent_inbox i WHERE i.login = session_user ORDER BY i.nth DESC LIMIT 1;
  IF EXISTS (
    SELECT FROM sminion.consent_inbox i
    WHERE i.login = session_user AND i.nth = last - 99 AND i.transaction = pg_current_xact_id_if_assigned())
  OR EXISTS (
    SELECT FROM sminion.consent_inbox i
    WHERE i.login = session_user AND i.nth = last - 5999 AND i.at > clock_timestamp() - interval '1 minute')
  THEN
    RAISE EXCEPTION USING ERRCODE = 'SG531',
      MESSAGE = format('login `%s` records too many consents', session_user),
      DETAIL = 'A login records at most 100 in a transaction, and 6000 within a minute.',
      HINT = 'Let a privacy officer import many: `sminion-guard consent import`.';
  END IF;
  INSERT INTO sminion.consent_inbox (nth, subject, purpose, given, text_sha256, channel, actor)
  VALUES (coalesce(last, 0) + 1, sminion.subject_key(subject, kind), purpose, given, text_sha256, way, who);
END
$sminion$;
COMMENT ON FUNCTION sminion.record_consent(text, text, boolean, bytea, text, text, text) IS
  'records the consent or refusal that a login was just given';

-- functions/consent/consent_differences.sql
-- Subjects whose state is not what their history says, for whoever verifies: no row where nobody changed a state past the history, or the
-- history past the state. The history is the proof, since the log's signed tree has its events.
--
-- What other keys of the same person deny follows from the states and the history of those keys.
--
-- A change that waits for a lock is not compared, nor a consent that has ended and that maintenance has not come to yet. Of who was erased
-- from the log no history is left: what the state still says is reported.
CREATE FUNCTION sminion.consent_differences(OUT subject text, OUT what text, OUT in_history text, OUT in_state text) RETURNS SETOF record
LANGUAGE sql
STABLE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $sminion$
  WITH meant AS (
    -- A decision is about the bit that its purpose had then. Where consents were asked for again, only those given since then count.
    SELECT w.bit, w.name, w.basis, w.since, lead(w.since) OVER (PARTITION BY w.name ORDER BY w.since, w.bit) AS until,
           CASE WHEN w.renews THEN v.applied_at ELSE '-infinity' END AS moment
    FROM sminion.purpose w JOIN sminion.policy_version v ON v.epoch = w.since
  ), decided AS (
    SELECT DISTINCT ON (e.subject, w.bit) e.*, w.bit
    FROM sminion.subject_event e
    JOIN meant w ON w.name = e.purpose AND w.basis = 'consent' AND e.epoch >= w.since AND (w.until IS NULL OR e.epoch < w.until)
      AND coalesce(e.given_at, e.at) >= w.moment
    WHERE e.subject IS NOT NULL AND e.event IN ('give_consent', 'refuse_consent', 'withdraw_consent')
    ORDER BY e.subject, w.bit, coalesce(e.given_at, e.at) DESC, e.id DESC
  ), objected AS (
    SELECT DISTINCT ON (e.subject, e.purpose) e.subject, e.purpose, e.event
    FROM sminion.subject_event e WHERE e.subject IS NOT NULL AND e.event IN ('object', 'withdraw_objection')
    ORDER BY e.subject, e.purpose, e.id DESC
  ), limited AS (
    SELECT l.subject, array_agg(l.name ORDER BY l.name) AS schemas
    FROM (
      SELECT DISTINCT ON (e.subject, n.name) e.subject, n.name COLLATE "C" AS name, e.event
      FROM sminion.subject_event e CROSS JOIN LATERAL unnest(e.schemas) AS n (name)
      WHERE e.subject IS NOT NULL AND e.event IN ('block', 'unblock')
      ORDER BY e.subject, n.name, e.id DESC) l
    WHERE l.event = 'block' OR EXISTS (
      SELECT FROM sminion.request r WHERE r.subject = l.subject AND r.interim AND r.closed_at IS NULL AND l.name = ANY (r.schemas))
    GROUP BY l.subject
  ), blocked AS (
    SELECT DISTINCT ON (e.subject) e.subject, e.event = 'block' AS blocked
    FROM sminion.subject_event e WHERE e.subject IS NOT NULL AND e.event IN ('block', 'unblock') AND e.schemas IS NULL
    ORDER BY e.subject, e.id DESC
  ), said AS (
    SELECT d.subject, d.bit, 'consent' AS basis, false AS blocked,
      CASE WHEN d.event <> 'give_consent' THEN 'no'
        WHEN d.until <= clock_timestamp() THEN
          CASE WHEN EXISTS (
            SELECT FROM sminion.subject_event x
            WHERE x.subject = d.subject AND x.purpose = d.purpose AND x.event = 'expire_consent' AND x.at >= d.until) THEN 'no' ELSE 'either' END
        ELSE 'yes' END AS holds
    FROM decided d
    UNION ALL
    SELECT o.subject, w.bit, 'legitimate_interest', false, CASE o.event WHEN 'object' THEN 'yes' ELSE 'no' END
    FROM objected o JOIN sminion.purpose w ON w.name = o.purpose AND w.basis = 'legitimate_interest'
    UNION ALL
    SELECT b.subject, NULL, NULL, b.blocked, 'no' FROM blocked b
  ), expected AS (
    SELECT s.subject, bool_or(s.blocked) AS blocked,
      coalesce(bit_or(1::bigint << s.bit) FILTER (WHERE s.basis = 'consent' AND s.holds = 'yes'), 0) AS consents,
      coalesce(bit_or(1::bigint << s.bit) FILTER (WHERE s.basis = 'consent' AND s.holds = 'either'), 0) AS open,
      coalesce(bit_or(1::bigint << s.bit) FILTER (WHERE s.basis = 'legitimate_interest' AND s.holds = 'yes'), 0) AS objections
    FROM said s GROUP BY s.subject
  ), compared AS (
    SELECT coalesce(x.subject, s.subject) AS subject,
      coalesce(x.blocked, false) OR EXISTS (
        SELECT FROM sminion.request r WHERE r.subject = x.subject AND r.interim AND r.closed_at IS NULL AND r.schemas IS NULL) AS was_blocked,
      coalesce(s.blocked, false) AS is_blocked,
      (SELECT l.schemas FROM limited l WHERE l.subject = coalesce(x.subject, s.subject)) AS was_limited, s.blocked_schemas AS is_limited,
      coalesce(x.consents, 0) AS was_given, coalesce(s.consents, 0) & ~coalesce(x.open, 0) AS is_given,
      coalesce(x.objections, 0) AS was_objected, coalesce(s.objections, 0) AS is_objected
    FROM expected x FULL JOIN sminion.subject_state s ON s.subject = x.subject
  ), person AS (
    SELECT k.key, sminion.same_person(k.key) AS keys
    FROM (
      SELECT m.one AS key FROM sminion.subject_merge m WHERE m.ended_at IS NULL
      UNION SELECT m.other FROM sminion.subject_merge m WHERE m.ended_at IS NULL
      UNION SELECT s.subject FROM sminion.subject_state s
      WHERE s.others_blocked IS NOT NULL OR s.others_blocked_schemas IS NOT NULL OR s.others_denied IS NOT NULL) k
  ), others AS (
    SELECT p.key AS subject, coalesce(d.blocked, false) AS was_blocked, coalesce(s.others_blocked, false) AS is_blocked,
           d.limited AS was_limited, s.others_blocked_schemas AS is_limited,
           coalesce(d.denied, 0) AS was_denied, coalesce(s.others_denied, 0) AS is_denied
    FROM person p
    JOIN sminion.subject_state s ON s.subject = p.key
    -- As sminion.spread_states.
    CROSS JOIN LATERAL (
      SELECT bool_or(o.blocked) AS blocked, bit_or(o.objections | coalesce(r.refused, 0)) AS denied,
        (SELECT array_agg(DISTINCT n.name COLLATE "C" ORDER BY n.name COLLATE "C")
         FROM sminion.subject_state b CROSS JOIN LATERAL unnest(b.blocked_schemas) AS n (name)
         WHERE b.subject = ANY (p.keys) AND b.subject <> p.key) AS limited
      FROM sminion.subject_state o
      CROSS JOIN LATERAL (
        SELECT bit_or(1::bigint << w.bit) AS refused
        FROM sminion.purpose w CROSS JOIN LATERAL sminion.standing_decision(o.subject, w.name) e
        WHERE w.basis = 'consent' AND e.event IN ('refuse_consent', 'withdraw_consent')) r
      WHERE o.subject = ANY (p.keys) AND o.subject <> p.key) d
    WHERE NOT EXISTS (SELECT FROM sminion.pending_change c WHERE c.subject = ANY (p.keys))
  )
  SELECT o.subject, v.what, v.was, v.is
  FROM others o CROSS JOIN LATERAL (
    SELECT 'block of another key' AS what, CASE WHEN o.was_blocked THEN 'blocked' ELSE 'not blocked' END AS was,
           CASE WHEN o.is_blocked THEN 'blocked' ELSE 'not blocked' END AS is
    WHERE o.was_blocked <> o.is_blocked
    UNION ALL
    SELECT 'block of another key in schemas', coalesce(array_to_string(o.was_limited, ', '), 'none'),
           coalesce(array_to_string(o.is_limited, ', '), 'none')
    WHERE o.was_limited IS DISTINCT FROM o.is_limited
    UNION ALL
    SELECT 'denial of another key to ' || w.name, CASE WHEN o.was_denied & (1::bigint << w.bit) <> 0 THEN 'made' ELSE 'not made' END,
           CASE WHEN o.is_denied & (1::bigint << w.bit) <> 0 THEN 'made' ELSE 'not made' END
    FROM sminion.purpose w WHERE (o.was_denied # o.is_denied) & (1::bigint << w.bit) <> 0
  ) v
  UNION ALL
  SELECT c.subject, v.what, v.was, v.is
  FROM compared c CROSS JOIN LATERAL (
    SELECT 'block' AS what, CASE WHEN c.was_blocked THEN 'blocked' ELSE 'not blocked' END AS was,
           CASE WHEN c.is_blocked THEN 'blocked' ELSE 'not blocked' END AS is
    WHERE c.was_blocked <> c.is_blocked
    UNION ALL
    SELECT 'block in schemas', coalesce(array_to_string(c.was_limited, ', '), 'none'), coalesce(array_to_string(c.is_limited, ', '), 'none')
    WHERE c.was_limited IS DISTINCT FROM c.is_limited
    UNION ALL
    SELECT 'consent to ' || w.name, CASE WHEN c.was_given & (1::bigint << w.bit) <> 0 THEN 'given' ELSE 'not given' END,
           CASE WHEN c.is_given & (1::bigint << w.bit) <> 0 THEN 'given' ELSE 'not given' END
    FROM sminion.purpose w WHERE c.was_given <> c.is_given AND (c.was_given # c.is_given) & (1::bigint << w.bit) <> 0
    UNION ALL
    SELECT 'objection to ' || w.name, CASE WHEN c.was_objected & (1::bigint << w.bit) <> 0 THEN 'made' ELSE 'not made' END,
           CASE WHEN c.is_objected & (1::bigint << w.bit) <> 0 THEN 'made' ELSE 'not made' END
    FROM sminion.purpose w WHERE c.was_objected <> c.is_objected AND (c.was_objected # c.is_objected) & (1::bigint << w.bit) <> 0
  ) v
  WHERE NOT EXISTS (SELECT FROM sminion.pending_change p WHERE p.subject = c.subject)
$sminion$;
COMMENT ON FUNCTION sminion.consent_differences() IS 'subjects whose state is not what their history says';

-- functions/consent/withdraw_consents.sql
-- Withdraws a consent of many subjects: hidden from the purpose at the next statement of every session.
CREATE FUNCTION sminion.withdraw_consents(subjects text[], purpose text, reason text, actor text DEFAULT NULL, kind text DEFAULT NULL) RETURNS bigint
LANGUAGE sql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
  SELECT sminion.change_states(subjects, 'withdraw_consent', purpose, reason, actor, kind)
$sminion$;
COMMENT ON FUNCTION sminion.withdraw_consents(text[], text, text, text, text) IS
  'withdraws consents of many subjects; how many states changed';

-- functions/states/object_all.sql
-- Records an objection of many subjects to one purpose that rests on legitimate interest, such as a list of who opted out.
CREATE FUNCTION sminion.object_all(subjects text[], purpose text, reason text, actor text DEFAULT NULL, kind text DEFAULT NULL) RETURNS bigint
LANGUAGE sql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
  SELECT sminion.change_states(subjects, 'object', purpose, reason, actor, kind)
$sminion$;
COMMENT ON FUNCTION sminion.object_all(text[], text, text, text, text) IS
  'records objections of many subjects; how many states changed';

-- functions/states/block_all.sql
-- Suspends the processing of many subjects' data, except storage and purposes that see blocked subjects.
CREATE FUNCTION sminion.block_all(subjects text[], reason text, actor text DEFAULT NULL, kind text DEFAULT NULL) RETURNS bigint
LANGUAGE sql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
  SELECT sminion.change_states(subjects, 'block', NULL, reason, actor, kind)
$sminion$;
COMMENT ON FUNCTION sminion.block_all(text[], text, text, text) IS 'blocks many subjects; how many states changed';

-- functions/states/keys_of_kind.sql
-- The keys of those subjects that are of one kind, without it. Only these can be cast to the type of the kind's keys: those of
-- other kinds may be of another type. NULL for NULL: see sminion.context.
CREATE FUNCTION sminion.keys_of_kind(subjects text[], prefix text) RETURNS text[]
LANGUAGE sql
IMMUTABLE
STRICT
SET search_path = pg_catalog, pg_temp
AS $sminion$
  SELECT ARRAY(SELECT substr(s.subject, length(prefix) + 1) FROM unnest(subjects) AS s (subject)
               WHERE starts_with(s.subject, prefix))
$sminion$;

-- functions/masks/subject_texts.sql
-- Per subject column of a table the subject of a row of alias `t`, in the form of sminion.subject_key: SQL text for EXECUTE.
CREATE FUNCTION sminion.subject_texts(target sminion.protected_table) RETURNS text[]
LANGUAGE sql
STABLE
SET search_path = pg_catalog, pg_temp
AS $sminion$
  SELECT array_agg(
    CASE WHEN c.prefix = '' THEN format('t.%I::text', c.name)
      WHEN c.type = 'text' THEN format('%L || nullif(t.%I::text, %L)', c.prefix, c.name, '')
      ELSE format('%L || t.%I::text', c.prefix, c.name) END
    ORDER BY c.n)
  FROM unnest(target.subject_columns, target.key_types, target.prefixes) WITH ORDINALITY AS c (name, type, prefix, n)
$sminion$;

-- functions/masks/stale_rows.sql
-- The condition, over alias `t`, for rows of one table whose mask is not that of their subjects, or that have another
-- subject than their parent: SQL text for EXECUTE.
-- A row whose subject is NULL or empty permits nothing, but for an optional one that is NULL; a row with several subjects
-- permits what all of them permit; a subject without a state permits what is permitted by default. Where the table
-- shows rows about nobody, one of them permits everything: all its subjects are NULL, or it leads to no parent, or to one
-- that is about nobody.
CREATE FUNCTION sminion.stale_rows(target sminion.protected_table) RETURNS text
LANGUAGE sql
STABLE
SET search_path = pg_catalog, pg_temp
AS $sminion$
  SELECT format(
    't.guard_mask IS DISTINCT FROM CASE %sWHEN %s THEN 0 ELSE %s END%s',
    CASE
      WHEN NOT target.anonymous THEN ''
      WHEN target.depth > 0 THEN format(
        'WHEN t.%1$I IS NULL OR (t.guard_subject IS NULL AND (SELECT p.%2$I IS NULL AND p.guard_mask = -1 FROM %3$I.%4$I p'
        || ' WHERE p.%5$I = t.%1$I)) THEN -1 ',
        target.child_column, target.parent_subject, target.parent_schema, target.parent_table, target.parent_key)
      ELSE format('WHEN %s THEN -1 ', string_agg(format('t.%I IS NULL', c.name), ' AND ' ORDER BY c.name))
    END,
    concat_ws(' OR ',
      string_agg(format('t.%I IS NULL', c.name), ' OR ' ORDER BY c.name) FILTER (WHERE NOT c.optional),
      string_agg(format('t.%I = %L', c.name, ''), ' OR ' ORDER BY c.name) FILTER (WHERE c.type = 'text'),
      CASE WHEN bool_and(c.optional) THEN '(' || string_agg(format('t.%I IS NULL', c.name), ' AND ' ORDER BY c.name) || ')' END),
    string_agg(
      CASE WHEN c.optional THEN format('CASE WHEN t.%I IS NULL THEN -1 ELSE ', c.name) ELSE '' END
      || format(
        'coalesce((SELECT sminion.mask_in(s.*, %L) FROM sminion.subject_state s WHERE s.subject = %s),'
        || ' (SELECT sminion.mask(p.*, false, 0, 0) FROM sminion.policy p))', target.schema_name, c.subject)
      || CASE WHEN c.optional THEN ' END' ELSE '' END, ' & ' ORDER BY c.name),
    CASE WHEN target.depth > 0 THEN format(
      ' OR t.guard_subject IS DISTINCT FROM (SELECT p.%I FROM %I.%I p WHERE p.%I = t.%I)',
      target.parent_subject, target.parent_schema, target.parent_table, target.parent_key, target.child_column)
    ELSE '' END)
  FROM unnest(target.subject_columns, target.key_types, target.optional, sminion.subject_texts(target))
    AS c (name, type, optional, subject)
$sminion$;

-- functions/masks/subject_rows.sql
-- The condition, over an alias, for the rows of one table that are about any of the subjects in parameter $1.
CREATE FUNCTION sminion.subject_rows(target sminion.protected_table, alias text DEFAULT 't') RETURNS text
LANGUAGE sql
STABLE
SET search_path = pg_catalog, pg_temp
AS $sminion$
  SELECT '(' || string_agg(
    format(CASE c.prefix WHEN '' THEN '%s.%I = ANY ($1::text[]::%s[])'
             ELSE '%s.%I = ANY (sminion.keys_of_kind($1::text[], %L)::%s[])' END,
           VARIADIC CASE c.prefix WHEN '' THEN ARRAY[alias, c.name, c.type] ELSE ARRAY[alias, c.name, c.prefix, c.type] END),
    ' OR ' ORDER BY c.name) || ')'
  FROM unnest(target.subject_columns, target.key_types, target.prefixes) AS c (name, type, prefix)
$sminion$;

-- functions/states/apply_pending.sql
-- Stores pending changes of at most `subjects` subjects, those whose states nobody holds; returns of how many it did. Part
-- of `settle`, which is never to wait: a state that is locked is passed over, and of those that are just being made only a
-- few are tried, at random, so that none is waited for always.
CREATE FUNCTION sminion.apply_pending(subjects integer) RETURNS bigint
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  keys    text[];
  key     text;
  nothing sminion.pending_change;
  stored  bigint := 0;
BEGIN
  IF NOT EXISTS (SELECT FROM sminion.pending_change) THEN
    RETURN 0;
  END IF;
  FOREACH key IN ARRAY ARRAY(
      SELECT s.subject FROM sminion.subject_state s
      WHERE s.subject IN (SELECT p.subject FROM sminion.pending_change p)
      LIMIT subjects FOR UPDATE SKIP LOCKED)
    || ARRAY(
      SELECT q.subject FROM (
        SELECT DISTINCT p.subject FROM sminion.pending_change p
        WHERE NOT EXISTS (SELECT FROM sminion.subject_state s WHERE s.subject = p.subject)) q
      ORDER BY random() LIMIT 20)
  LOOP
    keys := sminion.lock_person(key, '0');
    IF keys IS NOT NULL THEN
      PERFORM sminion.apply_to_person(keys, nothing);
      stored := stored + 1;
    END IF;
  END LOOP;
  RETURN stored;
END
$sminion$;

-- functions/states/admit_subjects.sql
-- Makes the states of new subjects, those of the given rows of sminion.new_subject, and removes these. A state that somebody
-- else is just making is passed over: the statement is given up and repeated for each half. Where rows carry another mask
-- than the state that is there by now, the subject is queued.
CREATE FUNCTION sminion.admit_subjects(places tid[]) RETURNS void
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  half CONSTANT integer := cardinality(places) / 2;
BEGIN
  IF cardinality(places) = 0 THEN
    RETURN;
  END IF;
  BEGIN
    PERFORM sminion.make_states(ARRAY(
      SELECT n.subject FROM sminion.new_subject n WHERE n.ctid = ANY (places)
        AND NOT EXISTS (SELECT FROM sminion.subject_state s WHERE s.subject = n.subject)));
    INSERT INTO sminion.unsettled (subject)
    SELECT DISTINCT n.subject FROM sminion.new_subject n JOIN sminion.subject_state s ON s.subject = n.subject
    WHERE n.ctid = ANY (places) AND (s.mask <> n.mask OR s.schemas_mask <> n.mask)
      AND NOT EXISTS (SELECT FROM sminion.unsettled u WHERE u.subject = n.subject);
    DELETE FROM sminion.new_subject n WHERE n.ctid = ANY (places);
    RETURN;
  EXCEPTION WHEN lock_not_available OR deadlock_detected THEN
    IF half = 0 THEN
      RETURN;
    END IF;
  END;
  PERFORM sminion.admit_subjects(places[:half]);
  PERFORM sminion.admit_subjects(places[half + 1:]);
END
$sminion$;

-- functions/states/grow_states.sql
-- Young states that all have seen, or that nobody can miss any more, are young no longer: at most `subjects` of each kind.
--
-- Whoever did not see a state had locked sminion.new_writer before he looked, hence before the state was committed, hence
-- before it was read here: so he is among those who have it locked after that, or has ended. Later ones do not matter.
-- pg_locks is read once for both kinds of locks. A prepared transaction keeps both, through a restart too.
CREATE FUNCTION sminion.grow_states(subjects integer) RETURNS void
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  watched text[] := ARRAY(
    SELECT y.subject FROM sminion.young_state y WHERE y.waits_for IS NULL LIMIT subjects FOR UPDATE SKIP LOCKED);
  writers xid[];
  running xid[];
BEGIN
  IF NOT EXISTS (SELECT FROM sminion.young_state) THEN
    RETURN;
  END IF;
  WITH held AS MATERIALIZED (SELECT l.* FROM pg_locks l WHERE l.granted AND l.pid IS DISTINCT FROM pg_backend_pid())
  SELECT array_agg(x.transactionid),
         array_agg(x.transactionid) FILTER (WHERE x.virtualtransaction IN (
           SELECT m.virtualtransaction FROM held m
           WHERE m.locktype = 'relation' AND m.relation = 'sminion.new_writer'::regclass
             AND m.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())))
  INTO running, writers
  FROM held x WHERE x.locktype = 'transactionid' AND x.mode = 'ExclusiveLock';
  IF writers IS NULL THEN
    DELETE FROM sminion.young_state y WHERE y.subject = ANY (watched);
  ELSE
    UPDATE sminion.young_state y SET waits_for = writers WHERE y.subject = ANY (watched);
  END IF;
  DELETE FROM sminion.young_state y
  WHERE y.ctid = ANY (ARRAY(
    SELECT o.ctid FROM sminion.young_state o
    WHERE o.waits_for IS NOT NULL AND NOT o.waits_for && coalesce(running, '{}')
    LIMIT subjects FOR UPDATE SKIP LOCKED));
END
$sminion$;

-- functions/states/new_writers.sql
-- Who has sminion.new_writer locked, for messages.
CREATE FUNCTION sminion.new_writers() RETURNS text
LANGUAGE sql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
  SELECT sminion.transactions_named(ARRAY(
    SELECT DISTINCT l.virtualtransaction FROM pg_locks l
    WHERE l.locktype = 'relation' AND l.granted AND l.relation = 'sminion.new_writer'::regclass
      AND l.pid IS DISTINCT FROM pg_backend_pid()
      AND l.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())))
$sminion$;

-- functions/masks/lock_for_update.sql
-- Locks a table and its partitions as an UPDATE does, or raises when that takes longer than lock_timeout. By planning such
-- an UPDATE: LOCK TABLE wants a privilege on all columns, and an UPDATE of no row would fire the application's triggers.
CREATE FUNCTION sminion.lock_for_update(target sminion.protected_table) RETURNS void
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
BEGIN
  EXECUTE format('EXPLAIN UPDATE %I.%I AS t SET guard_mask = t.guard_mask WHERE t.ctid = %L',
                 target.schema_name, target.table_name, '(0,1)');
END
$sminion$;

-- functions/masks/begin_replica_role.sql
-- Lets only ENABLE ALWAYS triggers fire until sminion.end_replica_role, where `sminion_owner` may set that: the guard's own
-- are, and an application's triggers do not hear of masks. They would count retention anew (`updated_at`), publish the row
-- of a person who was just blocked, or refuse; and their code would run as `sminion_owner`.
-- And lets the guard's own row trigger fire, whatever the session said of it: see sminion.set_masks.
-- Returns the setting to go back to. An error in between takes it back by itself, with the subtransaction.
CREATE FUNCTION sminion.begin_replica_role() RETURNS text
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  before CONSTANT text := current_setting('session_replication_role');
BEGIN
  IF coalesce(current_setting('sminion.masks_set', true), '') <> '' THEN
    PERFORM set_config('sminion.masks_set', '', true);
  END IF;
  IF before <> 'replica' AND has_parameter_privilege('sminion_owner', 'session_replication_role', 'SET') THEN
    PERFORM set_config('session_replication_role', 'replica', true);
  END IF;
  RETURN before;
END
$sminion$;

-- functions/masks/end_replica_role.sql
-- Back to the setting that sminion.begin_replica_role returned.
CREATE FUNCTION sminion.end_replica_role(before text) RETURNS void
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
BEGIN
  IF current_setting('session_replication_role') <> before THEN
    PERFORM set_config('session_replication_role', before, true);
  END IF;
END
$sminion$;

-- functions/masks/defers_checks.sql
-- Whether an update of a table's masks queues a trigger of the application that fires at the end of the transaction: a
-- CONSTRAINT TRIGGER that is deferrable. (Those of foreign and unique keys look at their own columns only.)
CREATE FUNCTION sminion.defers_checks(target sminion.protected_table) RETURNS boolean
LANGUAGE sql
STABLE
SET search_path = pg_catalog, pg_temp
AS $sminion$
  SELECT EXISTS (
    SELECT FROM pg_trigger t
    WHERE t.tgdeferrable AND NOT t.tgisinternal AND t.tgenabled <> 'D' AND t.tgtype & 16 <> 0
      AND t.tgrelid IN (SELECT to_regclass(format('%I.%I', target.schema_name, target.table_name))
                        UNION SELECT f.relid FROM pg_partition_tree(format('%I.%I', target.schema_name, target.table_name)) f))
$sminion$;

-- functions/tickets/ask_checks.sql
-- Fires the triggers of the application that an update of a table's masks has queued for the end of the transaction: each would
-- undo everything there. Only those of this table are named, since SET CONSTRAINTS outlives this function: what else the caller
-- deferred stays deferred.
CREATE FUNCTION sminion.ask_checks(target sminion.protected_table) RETURNS void
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  names text := (
    SELECT string_agg(DISTINCT format('%I.%I', n.nspname, c.conname), ', ')
    FROM pg_trigger t JOIN pg_constraint c ON c.oid = t.tgconstraint JOIN pg_namespace n ON n.oid = c.connamespace
    WHERE t.tgdeferrable AND NOT t.tgisinternal AND t.tgenabled <> 'D' AND t.tgtype & 16 <> 0
      AND t.tgrelid IN (SELECT to_regclass(format('%I.%I', target.schema_name, target.table_name))
                        UNION SELECT f.relid FROM pg_partition_tree(format('%I.%I', target.schema_name, target.table_name)) f));
BEGIN
  IF names IS NOT NULL THEN
    EXECUTE format('SET CONSTRAINTS %s IMMEDIATE', names);
  END IF;
END
$sminion$;

-- functions/masks/set_masks.sql
-- Sets the masks of stale rows of one table by one statement, to what their trigger would compute row by row, and returns how
-- many. `rows` is a condition over alias `t`, with the subjects as parameter $1.
--
-- As in the trigger, the states are locked (shared) before anything of them or of a parent is believed, and only subjects
-- whose state was locked are taken; a parent moves to another subject under the lock of the old one's state. A state that
-- somebody has locked is passed over. So are all rows when one of them is locked.
--
-- What is passed over is left to sminion.touch_rows and to the trigger, and so are rows about nobody, rows of subjects without a
-- state or with a pending change, rows that follow their parent to another subject (see sminion.permit_move), and tables where a
-- trigger of the application fires too, since it may change the subject.
--
-- Only here the guard's row trigger does not fire: for `sminion_owner`, while the setting says so. By itself the setting gives
-- nobody anything, and sminion.begin_replica_role takes it back before rows are touched.
--
-- make: also makes the states of subjects that have none; waits for whoever is just making one.
CREATE FUNCTION sminion.set_masks(
  target sminion.protected_table, rows text, subjects text[] DEFAULT NULL, make boolean DEFAULT false
) RETURNS bigint
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  relation CONSTANT regclass := format('%I.%I', target.schema_name, target.table_name)::regclass;
  child    CONSTANT boolean := target.depth > 0;
  parent   text;
  leads    text;
  follows  text;
  keys     text[] := ARRAY(SELECT format('nullif(%s, %L)', k.text, '') FROM unnest(sminion.subject_texts(target)) AS k (text));
  names    text[];
  known    text[];
  masks    bigint[];
  change   text;
  before   text;
  silenced bigint;
  firing   bigint;
  changed  bigint := 0;
BEGIN
  IF child THEN
    parent := format('%I.%I', target.parent_schema, target.parent_table);
    leads := format('p.%I = t.%I', target.parent_key, target.child_column);
    follows := format('t.guard_subject IS DISTINCT FROM p.%I', target.parent_subject);
    keys := ARRAY[replace(keys[1], 't.guard_subject', format('p.%I', target.parent_subject))];
  END IF;
  IF subjects IS NOT NULL AND cardinality(keys) = 1 THEN
    names := subjects;
  ELSE
    EXECUTE format(
      'SELECT array_agg(DISTINCT k.subject) FROM %s AS t%s CROSS JOIN LATERAL unnest(ARRAY[%s]) AS k (subject) '
      || 'LEFT JOIN sminion.subject_state o ON o.subject = k.subject WHERE (%s) AND k.subject IS NOT NULL AND (o.subject IS NULL OR %s)',
      relation, CASE WHEN child THEN format(' JOIN %s AS p ON %s', parent, leads) END, array_to_string(keys, ', '), rows,
      CASE WHEN child THEN format('t.guard_mask IS DISTINCT FROM sminion.mask_in(o.*, %L) OR ', target.schema_name) || follows
        WHEN cardinality(keys) = 1 THEN format('t.guard_mask IS DISTINCT FROM sminion.mask_in(o.*, %L)', target.schema_name)
        -- All subjects of a row are needed, also those that permit what it carries.
        ELSE sminion.stale_rows(target) END)
    INTO names USING subjects;
  END IF;
  IF make THEN
    PERFORM sminion.make_states(ARRAY(
      SELECT k.subject FROM unnest(names) AS k (subject)
      WHERE NOT EXISTS (SELECT FROM sminion.subject_state s WHERE s.subject = k.subject)));
  END IF;
  SELECT array_agg(l.subject), array_agg(l.mask) INTO known, masks
  FROM (SELECT s.subject, sminion.mask_in(s.*, target.schema_name) AS mask FROM sminion.subject_state s WHERE s.subject = ANY (names) FOR SHARE SKIP LOCKED) l;
  -- Read after the locks: a change that could not get one is in force all the same. Nobody has the empty subject: it stands
  -- for an optional one that is NULL.
  SELECT array_agg(k.subject), array_agg(k.mask) INTO known, masks
  FROM unnest(array_append(known, ''), array_append(masks, -1::bigint)) AS k (subject, mask)
  WHERE NOT EXISTS (SELECT FROM sminion.pending_change c WHERE c.subject = k.subject);

  SELECT format('UPDATE %s AS t SET guard_mask = %s', relation, string_agg(format('s%s.mask', c.n), ' & '))
      || CASE WHEN child THEN format(', guard_subject = p.%I', target.parent_subject) ELSE '' END
      || ' FROM ' || string_agg(format('unnest($2, $3) AS s%s (subject, mask)', c.n), ', ')
      || CASE WHEN child THEN format(', %s AS p', parent) ELSE '' END
      || format(' WHERE (%s)', rows)
      || CASE WHEN child THEN format(' AND %s AND (t.guard_subject IS NULL OR t.guard_subject = p.%I)', leads, target.parent_subject)
           ELSE '' END
      || string_agg(format(
           CASE WHEN c.optional THEN ' AND s%1$s.subject COLLATE "C" = CASE WHEN t.%2$I IS NULL THEN %4$L ELSE %3$s END'
             ELSE ' AND s%1$s.subject COLLATE "C" = %3$s' END, c.n, c.name, keys[c.n], ''), '')
      || CASE WHEN bool_and(c.optional) THEN format(' AND num_nonnulls(%s) > 0', string_agg(format('t.%I', c.name), ', ')) ELSE '' END
      || format(' AND (t.guard_mask IS DISTINCT FROM (%s)%s)', string_agg(format('s%s.mask', c.n), ' & '),
                CASE WHEN child THEN ' OR ' || follows END)
  INTO change
  FROM unnest(target.subject_columns, target.optional) WITH ORDINALITY AS c (name, optional, n);
  -- Of triggers and rules that an UPDATE would fire: those that only the replica role silences, and those that it does not. Where
  -- there is none the role stays, since each change of it takes all plans of the session with it.
  SELECT count(*) FILTER (WHERE g.tgenabled = 'O'), count(*) FILTER (WHERE g.tgenabled <> 'O') INTO silenced, firing
  FROM pg_trigger g JOIN pg_proc f ON f.oid = g.tgfoid
  WHERE g.tgrelid = ANY (ARRAY(SELECT relation::oid UNION SELECT p.relid FROM pg_partition_tree(relation) p))
    AND NOT g.tgisinternal AND f.pronamespace <> 'sminion'::regnamespace AND g.tgtype & 16 <> 0 AND g.tgenabled <> 'D';
  SELECT silenced + count(*) INTO silenced FROM pg_rewrite r WHERE r.ev_class = relation AND r.ev_enabled = 'O';
  BEGIN
    IF firing = 0 THEN
      IF silenced > 0 THEN
        before := sminion.begin_replica_role();
      END IF;
      IF silenced = 0 OR current_setting('session_replication_role') = 'replica' THEN
        PERFORM set_config('sminion.masks_set', 'yes', true);
        EXECUTE change USING subjects, known, masks;
        GET DIAGNOSTICS changed = ROW_COUNT;
        PERFORM set_config('sminion.masks_set', '', true);
      END IF;
      IF silenced > 0 THEN
        PERFORM sminion.end_replica_role(before);
      END IF;
    END IF;
  EXCEPTION WHEN lock_not_available THEN
    changed := 0;
  END;
  RETURN changed;
END
$sminion$;

-- functions/masks/touch_rows.sql
-- Touches stale rows of the given subjects in one table, at most `row_limit`, so that their trigger computes their masks.
-- Rows that somebody has locked are passed over. `cause` is the first error that kept a row from being touched.
--
-- A row may refuse: by a trigger or a constraint of the application, or because it names a second subject whose state
-- somebody has locked. Then the statement is given up and repeated for each half of the subjects, down to those that it
-- cannot be done for. Deferred constraints are asked at once, or one would undo all at the commit.
--
-- The mask is set to NULL, or to 0 where it is that: a change, so that a trigger which skips updates that change nothing
-- lets it pass; and one that hides the row, should the guard's own trigger not compute the right one.
CREATE FUNCTION sminion.touch_rows(
  target sminion.protected_table, subjects text[], row_limit bigint, OUT touched bigint, OUT cause text
)
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  half   integer := cardinality(subjects) / 2;
  part   record;
  before text;
BEGIN
  touched := 0;
  IF row_limit <= 0 OR cardinality(subjects) = 0 THEN
    RETURN;
  END IF;
  BEGIN
    before := sminion.begin_replica_role();
    -- tableoid beside ctid: in a partitioned table each partition counts its blocks from 0.
    EXECUTE format(
      'WITH todo AS (SELECT t.tableoid, t.ctid FROM %1$I.%2$I AS t WHERE %3$s AND (%4$s) '
      || 'LIMIT $2 FOR NO KEY UPDATE OF t SKIP LOCKED) '
      || 'UPDATE %1$I.%2$I AS t SET guard_mask = CASE WHEN t.guard_mask IS NULL THEN 0 END FROM todo '
      || 'WHERE t.ctid = todo.ctid AND t.tableoid = todo.tableoid',
      target.schema_name, target.table_name, sminion.subject_rows(target), sminion.stale_rows(target))
    USING subjects, row_limit;
    GET DIAGNOSTICS touched = ROW_COUNT;
    PERFORM sminion.end_replica_role(before);
    PERFORM sminion.ask_checks(target);
    RETURN;
  EXCEPTION WHEN OTHERS THEN
    touched := 0;
    IF half = 0 THEN
      cause := CASE SQLSTATE WHEN '55P03' THEN 'locked: a state or row that it needs'
                 ELSE format('%s (%s)', SQLERRM, SQLSTATE) END;
      RETURN;
    END IF;
  END;
  part := sminion.touch_rows(target, subjects[:half], row_limit);
  touched := part.touched;
  cause := part.cause;
  part := sminion.touch_rows(target, subjects[half + 1:], row_limit - touched);
  touched := touched + part.touched;
  cause := coalesce(cause, part.cause);
END
$sminion$;

-- functions/states/stale_subjects.sql
-- Those of the given subjects of which a row of one table does not carry the mask of its subjects' states, and how many
-- such rows each has.
CREATE FUNCTION sminion.stale_subjects(target sminion.protected_table, subjects text[], OUT subject text, OUT stale bigint)
RETURNS SETOF record
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
BEGIN
  RETURN QUERY EXECUTE format(
    'SELECT s.subject, count(*) FROM %1$I.%2$I AS t, unnest(ARRAY[%3$s]) AS s (subject) '
    || 'WHERE %4$s AND (%5$s) AND s.subject = ANY ($1) GROUP BY s.subject',
    target.schema_name, target.table_name,
    array_to_string(sminion.subject_texts(target), ', '),
    sminion.subject_rows(target), sminion.stale_rows(target))
  USING subjects;
END
$sminion$;

-- functions/masks/blindness.sql
-- Why the guard cannot be sure that it sees every row of a table, or that touching a row computes its mask; NULL when it
-- can. The guard has no BYPASSRLS: a restrictive policy of the application that binds PUBLIC hides rows from it as well, and
-- nothing it counts tells so. A trigger that is off leaves masks as they are, and lets others write what they like.
-- A published table refuses every UPDATE where its columns do not suffice to name a row for the subscriber.
-- A child is seen no better than its parent, where its subject is found.
--
-- Generic plans: planning takes ten times as long as all else here, and would be repeated for each table.
CREATE FUNCTION sminion.blindness(target sminion.protected_table) RETURNS text
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
SET lock_timeout = '20ms'
SET plan_cache_mode = force_generic_plan
AS $sminion$
DECLARE
  relation regclass := to_regclass(format('%I.%I', target.schema_name, target.table_name));
  members  oid[] := ARRAY(SELECT relation::oid UNION SELECT f.relid FROM pg_partition_tree(relation) f);
  prefix   text := format('policy:%s.%s:', target.schema_name, target.table_name);
  above    sminion.protected_table;
  found    text;
BEGIN
  IF relation IS NULL THEN
    RETURN 'the table does not exist';
  END IF;
  IF (SELECT c.relrowsecurity FROM pg_class c WHERE c.oid = relation) THEN
    SELECT format('policy `%s` hides rows from `sminion_owner`', string_agg(p.polname, '`, `' ORDER BY p.polname)) INTO found
    FROM pg_policy p
    WHERE p.polrelid = relation AND NOT p.polpermissive AND p.polcmd IN ('*', 'r', 'w')
      AND EXISTS (SELECT FROM unnest(p.polroles) r (oid) WHERE CASE r.oid WHEN 0 THEN true
                    ELSE pg_has_role('sminion_owner', r.oid, 'USAGE') END)
      -- In the collation of the key, since that of names keeps the server from its index: it read all objects for each table.
      AND NOT EXISTS (SELECT FROM sminion.installed_object o WHERE o.key = prefix || p.polname COLLATE "default")
    HAVING count(*) > 0;
    IF found IS NOT NULL THEN
      RETURN found;
    END IF;
    BEGIN
      -- The conditions as templates/policy/fingerprint.sql prints them, by a plan that is kept: to run those queries took most of
      -- the time of this function, for planning. Printing waits for whoever has the table locked.
      SELECT substr(o.key, length(prefix) + 1) INTO found FROM sminion.installed_object o
      LEFT JOIN pg_policy p ON p.polrelid = relation AND p.polname = substr(o.key, length(prefix) + 1)
      WHERE o.key IN (prefix || 'guard_floor', prefix || 'guard_owner')
        AND o.fingerprint IS DISTINCT FROM concat_ws(' | ', p.polcmd, p.polpermissive,
          (SELECT string_agg(CASE u.oid WHEN 0 THEN 'public' ELSE pg_get_userbyid(u.oid) END, ',' ORDER BY pg_get_userbyid(u.oid))
           FROM unnest(p.polroles) u (oid)),
          pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid))
      ORDER BY o.key LIMIT 1;
    EXCEPTION WHEN lock_not_available THEN
      RETURN 'locked: its policies cannot be read';
    END;
    IF found IS NOT NULL THEN
      RETURN format('the guard''s own policy `%s` was altered or dropped', found);
    END IF;
  END IF;

  -- Rows about nobody have no mask.
  IF cardinality(target.subject_columns) = 0 THEN
    RETURN NULL;
  END IF;
  SELECT format('trigger `%s` of `%s` %s', w.name, c.oid::regclass,
                CASE t.tgenabled WHEN 'D' THEN 'is disabled' WHEN 'O' THEN 'is not ENABLE ALWAYS'
                  WHEN 'R' THEN 'fires for replicas only' ELSE 'is missing' END) INTO found
  FROM pg_class c CROSS JOIN (
    SELECT '~guard_row' UNION ALL SELECT '~guard_row_made' UNION ALL
    SELECT n.name FROM (VALUES ('~guard_moved'), ('~guard_made_anew')) AS n (name)
    WHERE EXISTS (SELECT FROM sminion.protected_table p
                  WHERE p.parent_schema = target.schema_name AND p.parent_table = target.table_name)) w (name)
  LEFT JOIN pg_trigger t ON t.tgrelid = c.oid AND t.tgname = w.name
  -- An array, which is expected to be short: of a function that returns rows, 1000 would be, and all triggers be read.
  WHERE c.oid = ANY (members) AND c.relkind IN ('r', 'p') AND t.tgenabled IS DISTINCT FROM 'A'
  ORDER BY 1 LIMIT 1;
  IF found IS NOT NULL THEN
    RETURN found;
  END IF;
  IF EXISTS (SELECT FROM pg_publication b WHERE b.pubupdate) THEN
    BEGIN
      PERFORM sminion.lock_for_update(target);
    EXCEPTION
    WHEN lock_not_available THEN
      NULL;
    WHEN object_not_in_prerequisite_state OR invalid_column_reference THEN
      RETURN format('an update is refused: %s', SQLERRM);
    END;
  END IF;
  IF target.depth = 0 THEN
    RETURN NULL;
  END IF;
  SELECT p.* INTO above FROM sminion.protected_table p
  WHERE p.schema_name = target.parent_schema AND p.table_name = target.parent_table;
  found := sminion.blindness(above);
  RETURN CASE WHEN found IS NOT NULL THEN format('of its parent `%s.%s`: %s', above.schema_name, above.table_name, found) END;
END
$sminion$;

-- functions/masks/blind_tables.sql
-- The protected tables of which the guard cannot be sure to see every row, and why.
CREATE FUNCTION sminion.blind_tables(OUT schema_name text, OUT table_name text, OUT cause text) RETURNS SETOF record
LANGUAGE sql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
  SELECT b.schema_name, b.table_name, b.cause
  FROM (SELECT p.schema_name, p.table_name, sminion.blindness(p) AS cause FROM sminion.protected_table p) b
  WHERE b.cause IS NOT NULL
$sminion$;
COMMENT ON FUNCTION sminion.blind_tables() IS 'protected tables whose rows the guard does not see, and why';

-- functions/masks/hindrance.sql
-- Why rows of a table stay stale although they were touched and no error was raised, as far as can be told: somebody has
-- them locked, or a BEFORE trigger of the application skips the update.
CREATE FUNCTION sminion.hindrance(target sminion.protected_table, stale text, subjects text[]) RETURNS text
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  free  bigint;
  every bigint;
  names text;
BEGIN
  EXECUTE format('SELECT count(*) FROM %I.%I AS t WHERE %s', target.schema_name, target.table_name, stale)
  INTO every USING subjects;
  EXECUTE format('SELECT count(*) FROM (SELECT FROM %I.%I AS t WHERE %s FOR NO KEY UPDATE OF t SKIP LOCKED) q',
                 target.schema_name, target.table_name, stale)
  INTO free USING subjects;
  IF free < every THEN
    RETURN 'locked: rows, by ' || sminion.table_holders(format('%I.%I', target.schema_name, target.table_name));
  END IF;
  SELECT string_agg(DISTINCT t.tgname, '`, `' ORDER BY t.tgname) INTO names
  FROM pg_trigger t
  WHERE t.tgrelid IN (SELECT to_regclass(format('%I.%I', target.schema_name, target.table_name))
                      UNION SELECT f.relid FROM pg_partition_tree(format('%I.%I', target.schema_name, target.table_name)) f)
    AND NOT t.tgisinternal AND t.tgname !~ '^~guard_' AND t.tgenabled <> 'D'
    -- row, BEFORE, UPDATE
    AND t.tgtype & 1 <> 0 AND t.tgtype & 2 <> 0 AND t.tgtype & 16 <> 0;
  RETURN CASE WHEN names IS NULL THEN 'an update does not change them'
    ELSE format('an update does not reach them: trigger `%s` may skip it', names) END;
END
$sminion$;

-- functions/masks/adopt_orphans.sql
-- Touches rows of a child table that have no subject although their parent has one by now: the child was written first, as a
-- load may, or with deferred foreign keys. Returns how many. A row that refuses stays without, and nobody sees it.
CREATE FUNCTION sminion.adopt_orphans(target sminion.protected_table, row_limit bigint) RETURNS bigint
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  adopted bigint;
  before  text;
BEGIN
  before := sminion.begin_replica_role();
  EXECUTE format(
    'WITH todo AS (SELECT t.tableoid, t.ctid FROM %1$I.%2$I AS t WHERE t.guard_subject IS NULL AND EXISTS '
    || '(SELECT FROM %3$I.%4$I p WHERE p.%5$I = t.%6$I AND p.%7$I IS NOT NULL) '
    || 'LIMIT $1 FOR NO KEY UPDATE OF t SKIP LOCKED) '
    || 'UPDATE %1$I.%2$I AS t SET guard_mask = CASE WHEN t.guard_mask IS NULL THEN 0 END FROM todo '
    || 'WHERE t.ctid = todo.ctid AND t.tableoid = todo.tableoid',
    target.schema_name, target.table_name, target.parent_schema, target.parent_table, target.parent_key,
    target.child_column, target.parent_subject)
  USING row_limit;
  GET DIAGNOSTICS adopted = ROW_COUNT;
  PERFORM sminion.end_replica_role(before);
  PERFORM sminion.ask_checks(target);
  RETURN adopted;
EXCEPTION
WHEN lock_not_available THEN
  RETURN 0;
WHEN OTHERS THEN
  RAISE WARNING USING ERRCODE = 'SG512',
    MESSAGE = format('rows of `%s.%s` found their parent and cannot be updated', target.schema_name, target.table_name),
    DETAIL = format('%s (%s)', SQLERRM, SQLSTATE),
    HINT = 'Nobody sees them. Let the guard update `guard_mask` of these rows.';
  RETURN 0;
END
$sminion$;

-- functions/states/settle_table.sql
-- Brings the rows of the given subjects in one table up to date, at most `row_limit`. Then it looks again, and `still` are
-- the subjects of which a row is still stale, with `rows` of each and the `cause`: what was updated is not believed, what is
-- found is. Where the guard cannot be sure to find all, or the table is locked (a purpose may LOCK TABLE), all subjects are
-- still to be settled, and how many rows they have is not known.
-- within_limit: all rows of these subjects together are no more than `row_limit`.
-- seen:         sminion.seen_whole was true for the table, and it has rows of these subjects.
CREATE FUNCTION sminion.settle_table(
  target sminion.protected_table, subjects text[], row_limit bigint, within_limit boolean, seen boolean,
  OUT changed bigint, OUT still text[], OUT rows bigint[], OUT cause text
)
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  done        record;
  blind       text;
  few         text[] := subjects;
  touch_cause text;
BEGIN
  changed := 0;
  still := subjects;
  IF NOT seen THEN
    BEGIN
      PERFORM sminion.lock_for_update(target);
    EXCEPTION
    WHEN lock_not_available THEN
      cause := 'locked: the table, by ' || sminion.table_holders(format('%I.%I', target.schema_name, target.table_name));
      RAISE WARNING USING ERRCODE = 'SG510',
        MESSAGE = format('table `%s.%s` is locked: its rows wait', target.schema_name, target.table_name),
        DETAIL = cause,
        HINT = 'Nothing needs to be repeated: withheld subjects stay hidden, and the next `sminion.settle` continues.';
      RETURN;
    WHEN OTHERS THEN
      -- it is published, and its rows have no identity: no update of it is possible
      cause := format('%s (%s)', SQLERRM, SQLSTATE);
      RETURN;
    END;
    blind := sminion.blindness(target);
    -- Where the row trigger does not fire, touching would hide the row and set nothing right.
    IF blind LIKE 'trigger %' THEN
      cause := blind;
      RETURN;
    END IF;
    IF blind IS NOT NULL THEN
      done := sminion.touch_rows(target, subjects, row_limit);
      changed := done.touched;
      cause := blind;
      RETURN;
    END IF;
  END IF;

  -- Of few subjects most tables have no row: to look is cheaper than to plan an update.
  IF NOT within_limit OR (cardinality(subjects) < 20 AND NOT seen) THEN
    SELECT coalesce(array_agg(s.subject ORDER BY s.subject), '{}'), array_agg(s.stale ORDER BY s.subject) INTO still, rows
    FROM sminion.stale_subjects(target, subjects) s;
    -- Of one with more rows than the limit some are touched.
    few := ARRAY(
      SELECT f.subject FROM (SELECT s.subject, sum(s.stale) OVER (ORDER BY s.stale, s.subject) AS sum
                             FROM unnest(still, rows) AS s (subject, stale)) f
      WHERE f.sum <= row_limit);
  END IF;
  IF few <> '{}' THEN
    BEGIN
      changed := sminion.set_masks(target, sminion.subject_rows(target), few);
    EXCEPTION WHEN OTHERS THEN
      -- A row refuses: touch_rows goes around it.
      changed := 0;
    END;
    SELECT coalesce(array_agg(s.subject ORDER BY s.subject), '{}'), array_agg(s.stale ORDER BY s.subject) INTO still, rows
    FROM sminion.stale_subjects(target, subjects) s;
  END IF;
  IF still <> '{}' AND changed < row_limit THEN
    done := sminion.touch_rows(target, still, row_limit - changed);
    changed := changed + done.touched;
    touch_cause := done.cause;
    SELECT coalesce(array_agg(s.subject ORDER BY s.subject), '{}'), array_agg(s.stale ORDER BY s.subject) INTO still, rows
    FROM sminion.stale_subjects(target, subjects) s;
  END IF;
  IF still <> '{}' AND changed < row_limit THEN
    cause := coalesce(touch_cause, sminion.hindrance(
      target, sminion.subject_rows(target) || ' AND (' || sminion.stale_rows(target) || ')', still));
  END IF;
END
$sminion$;

-- functions/states/settle_chosen.sql
-- Moves the given subjects, whose states the caller holds locked, into the masks of their rows: at most `row_limit` rows,
-- table by table, parents before their children. A subject leaves `withheld` and the queue when it is certain that none of
-- its rows is stale; of the others the queue says what is in the way.
--
-- queued:    entries of the queue that the caller holds locked: all of these subjects.
-- orphans:   also look for children whose parent came after them. Without, all rows of the subjects are within `row_limit`.
-- concerned: the only tables that have rows of the subjects, where sminion.seen_whole was true for each table; else NULL.
CREATE FUNCTION sminion.settle_chosen(
  chosen text[], queued bigint[], row_limit bigint, orphans boolean, concerned regclass[] DEFAULT NULL
) RETURNS void
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  -- What is withheld for a change that is still pending stays so, whatever the rows say.
  withholds CONSTANT bigint[] := ARRAY(
    SELECT w.change FROM sminion.withheld w
    WHERE w.subject = ANY (chosen) AND NOT EXISTS (SELECT FROM sminion.pending_change p WHERE p.id = w.change));
  -- Before the rows are looked at: who commits after that may write what is not seen.
  young     CONSTANT text[] := ARRAY(SELECT y.subject FROM sminion.young_state y WHERE y.subject = ANY (chosen));
  still     text[] := '{}';
  target    sminion.protected_table;
  remaining bigint := row_limit;
  done      record;
BEGIN
  UPDATE sminion.unsettled u SET stuck_in = NULL, stale_rows = NULL, cause = NULL
  WHERE u.id = ANY (queued) AND u.cause IS NOT NULL;
  FOR target IN SELECT p.* FROM sminion.protected_table p ORDER BY p.depth, p.schema_name, p.table_name LOOP
    IF remaining <= 0 THEN
      -- nothing is known of the tables that were not reached
      still := chosen;
      EXIT;
    END IF;
    IF orphans AND target.depth > 0 THEN
      remaining := remaining - sminion.adopt_orphans(target, remaining);
    END IF;
    CONTINUE WHEN chosen = '{}' OR to_regclass(format('%I.%I', target.schema_name, target.table_name)) <> ALL (concerned);
    done := sminion.settle_table(target, chosen, remaining, NOT orphans, concerned IS NOT NULL);
    remaining := remaining - done.changed;
    still := still || done.still;
    UPDATE sminion.unsettled u
    SET stuck_in = format('%s.%s', target.schema_name, target.table_name), cause = done.cause,
        stale_rows = done.rows[array_position(done.still, u.subject)]
    WHERE u.id = ANY (queued) AND u.subject = ANY (done.still) AND u.cause IS NULL AND done.cause IS NOT NULL;
  END LOOP;

  still := still || young;
  UPDATE sminion.unsettled u
  SET cause = 'locked: rows of new persons, by ' || sminion.new_writers()
  WHERE u.id = ANY (queued) AND u.subject = ANY (young) AND u.cause IS NULL;

  DELETE FROM sminion.withheld w
  WHERE w.subject = ANY (chosen) AND w.change = ANY (withholds) AND w.subject <> ALL (still);
  -- IN (...) IS TRUE is looked up in a hash; = ANY would compare each entry with half of the array.
  DELETE FROM sminion.unsettled u
  WHERE u.id = ANY (queued) AND (u.subject IN (SELECT c.key FROM unnest(chosen) AS c (key))) IS TRUE AND u.subject <> ALL (still);
  UPDATE sminion.unsettled u SET tried = clock_timestamp() WHERE u.id = ANY (queued) AND u.subject = ANY (still);
END
$sminion$;

-- functions/masks/quickly_found.sql
-- Whether the rows of one subject in a table are found without reading all of it: each subject column leads an index, or the
-- table has less than 8 MB.
CREATE FUNCTION sminion.quickly_found(target sminion.protected_table) RETURNS boolean
LANGUAGE sql
STABLE
SET search_path = pg_catalog, pg_temp
AS $sminion$
  SELECT (SELECT sum(pg_relation_size(m.oid)) < 8388608
          FROM (SELECT t.oid UNION SELECT f.relid FROM pg_partition_tree(t.oid) f) m (oid))
    OR NOT EXISTS (
      SELECT FROM pg_attribute a
      WHERE a.attrelid = t.oid AND a.attname = ANY (target.subject_columns)
        AND NOT EXISTS (
          SELECT FROM pg_index i
          WHERE i.indrelid = a.attrelid AND i.indisvalid AND i.indpred IS NULL AND i.indkey[0] = a.attnum))
  FROM (SELECT to_regclass(format('%I.%I', target.schema_name, target.table_name))) AS t (oid)
$sminion$;

-- functions/masks/seen_whole.sql
-- Whether a query of the guard on a table finds every row there is, until the transaction ends: no trigger can be disabled while
-- the table is locked as for an UPDATE. Raises where it is locked by another.
CREATE FUNCTION sminion.seen_whole(target sminion.protected_table) RETURNS boolean
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
BEGIN
  PERFORM sminion.lock_for_update(target);
  RETURN sminion.blindness(target) IS NULL;
EXCEPTION WHEN object_not_in_prerequisite_state OR invalid_column_reference THEN
  -- It is published, and its rows have no identity: no update of it is possible.
  RETURN false;
END
$sminion$;

-- functions/states/settle_now.sql
-- Settles the given subjects within the change of their states, when it takes a moment: together they have at most
-- `row_limit` rows, which are found without reading a table. So nothing is left withheld, which every statement of everybody
-- would have to compare with. The rest is left to `settle`.
--
-- The caller holds the states exclusively, so that nobody writes rows of these subjects, unless their states are new: those
-- are left to `settle`. It waits for nobody either: rows and
-- tables that are locked are passed over. Only in READ COMMITTED: an older snapshot could miss rows written meanwhile. Not
-- where touching rows would queue a constraint trigger of the application: it would fail the caller's COMMIT.
--
-- Most tables have no row of these subjects, and are left out of settling where that is certain: the guard is blind for none, each
-- was locked before it was asked, and nobody has been able to write such a row since the caller has the states.
CREATE FUNCTION sminion.settle_now(subjects text[], row_limit bigint) RETURNS void
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
SET lock_timeout = '20ms'
SET jit = off
SET plan_cache_mode = force_generic_plan
AS $sminion$
DECLARE
  target    sminion.protected_table;
  concerned regclass[] := '{}';
  relation  regclass;
  whole     boolean := true;
  left_over bigint := row_limit;
  found     bigint;
  queued    bigint[];
  ready     text[];
BEGIN
  IF current_setting('transaction_isolation') <> 'read committed' THEN
    RETURN;
  END IF;
  BEGIN
    FOR target IN SELECT p.* FROM sminion.protected_table p LOOP
      IF sminion.quickly_found(target) IS NOT TRUE OR sminion.defers_checks(target) THEN
        RETURN;
      END IF;
      IF whole AND sminion.seen_whole(target) IS NOT TRUE THEN
        whole := false;
      END IF;
      relation := format('%I.%I', target.schema_name, target.table_name)::regclass;
      EXECUTE format('SELECT count(*) FROM (SELECT FROM %s AS t WHERE %s LIMIT $2) q', relation, sminion.subject_rows(target))
      INTO found USING subjects, left_over + 1;
      left_over := left_over - found;
      IF left_over < 0 THEN
        RETURN;
      ELSIF found > 0 THEN
        concerned := concerned || relation;
      END IF;
    END LOOP;
  EXCEPTION WHEN lock_not_available THEN
    -- A table is locked, by DDL or by a purpose.
    RETURN;
  END;

  queued := ARRAY(
    SELECT u.id FROM sminion.unsettled u WHERE u.subject = ANY (subjects) ORDER BY u.id FOR UPDATE SKIP LOCKED);
  ready := ARRAY(
    SELECT u.subject FROM sminion.unsettled u
    WHERE u.subject = ANY (subjects) AND NOT EXISTS (SELECT FROM sminion.young_state y WHERE y.subject = u.subject)
    -- a hash, where = ANY would compare each with half of the array
    GROUP BY u.subject HAVING bool_and(u.id IN (SELECT q.id FROM unnest(queued) AS q (id))) ORDER BY u.subject);
  IF ready <> '{}' THEN
    PERFORM sminion.settle_chosen(ready, queued, row_limit + 1, false, CASE WHEN whole THEN concerned END);
  END IF;
END
$sminion$;

-- functions/log/forget_write_tickets.sql
-- Removes the notes of statements that are over: at most 20,000 a call, and none that another call is removing. A note that
-- is seen from another transaction is one of a transaction that has committed. Nothing waits for it: its own transaction
-- only ever adds rows. The caller's transaction is READ COMMITTED (see require_read_committed): a serializable one would
-- conflict with everybody who writes.
CREATE FUNCTION sminion.forget_write_tickets() RETURNS void
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
BEGIN
  DELETE FROM sminion.write_ticket w
  WHERE w.ctid = ANY (ARRAY(
    SELECT o.ctid FROM sminion.write_ticket o
    WHERE o.transaction IS DISTINCT FROM pg_current_xact_id_if_assigned()
    LIMIT 20000 FOR UPDATE SKIP LOCKED));
END
$sminion$;

-- functions/states/settle.sql
-- Moves withheld subjects into the masks of their rows: at most `subjects` subjects and `row_limit` rows a call, one short
-- transaction of the caller. A subject with a million rows takes several calls and stays withheld until the last.
-- Returns the subjects that wait still.
--
-- It waits for nobody, and nobody who reads or writes other subjects waits for it: states, rows and tables that are locked
-- are passed over, their subjects stay withheld, and the next call comes to them after all others.
-- Nor is it stopped by what refuses: a row that a trigger or a constraint of the application keeps as it is keeps its own
-- subjects withheld, `settle_problems` says why, and a later call finishes by itself.
-- The states are locked (shared) for the call, so none changes under it. A subject leaves `withheld` in the transaction
-- that saw none of its rows stale any more, so every snapshot sees one or the other.
CREATE FUNCTION sminion.settle(subjects integer DEFAULT 500, row_limit integer DEFAULT 20000) RETURNS bigint
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET lock_timeout = '20ms'
SET jit = off
AS $sminion$
DECLARE
  chosen text[];
  queued bigint[];
BEGIN
  PERFORM sminion.require_read_committed();
  -- Without a month to write to nobody could write or read any more, so whoever settles makes the next ones too.
  IF to_regclass('sminion.write_subject'
       || to_char(clock_timestamp() AT TIME ZONE 'UTC' + interval '1 month', '_YYYY_MM')) IS NULL
  THEN
    BEGIN
      PERFORM sminion.extend_log();
    EXCEPTION WHEN lock_not_available OR SQLSTATE 'SG511' THEN
      RAISE WARNING USING ERRCODE = 'SG511', MESSAGE = 'the log could not be extended now',
        DETAIL = SQLERRM, HINT = 'Run `SELECT sminion.extend_log()` when the log is not locked.';
    END;
  END IF;
  PERFORM sminion.apply_pending(greatest(subjects, 1));

  PERFORM sminion.forget_write_tickets();

  -- States first, that of a person who is new and was blocked at once is looked at in this call.
  PERFORM sminion.admit_subjects(ARRAY(SELECT n.ctid FROM sminion.new_subject n LIMIT greatest(row_limit, 1) FOR UPDATE SKIP LOCKED));
  PERFORM sminion.grow_states(20000);

  -- State before queue. LIMIT counts what could be locked, so that nobody stands behind those that could not.
  chosen := ARRAY(
    SELECT s.subject FROM sminion.unsettled u JOIN sminion.subject_state s ON s.subject = u.subject
    ORDER BY u.tried, u.since LIMIT greatest(subjects, 1) FOR SHARE OF s SKIP LOCKED);
  -- Locked and taken: of two settling at once, the second finds nothing of the first's.
  queued := ARRAY(SELECT u.id FROM sminion.unsettled u WHERE u.subject = ANY (chosen) ORDER BY u.id FOR UPDATE SKIP LOCKED);
  chosen := ARRAY(
    SELECT u.subject FROM sminion.unsettled u WHERE u.subject = ANY (chosen)
    GROUP BY u.subject HAVING bool_and(u.id = ANY (queued)) ORDER BY u.subject);
  PERFORM sminion.settle_chosen(chosen, queued, greatest(row_limit, 1), true);
  RETURN (SELECT count(*) FROM (SELECT u.subject FROM sminion.unsettled u UNION SELECT p.subject FROM sminion.pending_change p) q);
END
$sminion$;
COMMENT ON FUNCTION sminion.settle(integer, integer) IS
  'writes changed states of withheld subjects into the masks of their rows; returns how many subjects are left';

-- functions/masks/remask.sql
-- After a change of policy: computes the masks of the next states that still carry an earlier epoch's, and returns how
-- many it did; 0 when all are done. The rows follow with `backfill`, which `apply` has set back. States that somebody has
-- locked are passed over: `settle_status` counts them.
CREATE FUNCTION sminion.remask(batch integer DEFAULT 5000) RETURNS bigint
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET lock_timeout = '500ms'
SET jit = off
AS $sminion$
DECLARE
  changed bigint;
BEGIN
  PERFORM sminion.require_read_committed();
  UPDATE sminion.subject_state s
  SET mask = sminion.state_mask(p, s), schemas_mask = sminion.schemas_mask(p, s), epoch = p.mask_epoch
  FROM sminion.policy p,
       (SELECT q.subject FROM sminion.subject_state q
        WHERE q.epoch < (SELECT r.mask_epoch FROM sminion.policy r)
        ORDER BY q.subject LIMIT greatest(batch, 1) FOR UPDATE SKIP LOCKED) todo
  WHERE s.subject = todo.subject;
  GET DIAGNOSTICS changed = ROW_COUNT;
  RETURN changed;
END
$sminion$;
COMMENT ON FUNCTION sminion.remask(integer) IS 'updates the masks of states to the purposes in force; returns how many changed: repeat until 0';

-- functions/states/queue_stale.sql
-- Queues for `settle` the subjects of rows in a range of blocks that are stale still, but for blocks that come again.
CREATE FUNCTION sminion.queue_stale(target sminion.protected_table, first bigint, beyond bigint, gaps bigint[]) RETURNS void
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
BEGIN
  EXECUTE format(
    'INSERT INTO sminion.unsettled (subject) SELECT DISTINCT s.subject '
    || 'FROM %1$I.%2$I AS t, unnest(ARRAY[%3$s]) AS s (subject) '
    || 'WHERE t.ctid >= $1 AND t.ctid < $2 AND (%4$s) AND s.subject IS NOT NULL '
    || 'AND ((t.ctid::text::point)[0])::bigint <> ALL ($3) '
    || 'AND NOT EXISTS (SELECT FROM sminion.unsettled u WHERE u.subject = s.subject)',
    target.schema_name, target.table_name,
    array_to_string(sminion.subject_texts(target), ', '),
    sminion.stale_rows(target))
  USING format('(%s,0)', first)::tid, format('(%s,0)', beyond)::tid, gaps;
END
$sminion$;

-- functions/masks/fill_blocks.sql
-- Sets the masks of stale rows of one table from block `first` on and below `beyond`: of most by one statement (see
-- sminion.set_masks); the others are touched, so that their trigger computes their masks (see sminion.touch_rows). Rows that
-- somebody has locked are passed over: `gaps` are their blocks.
-- When a row refuses, the blocks are done one by one, and in the block with the row that refuses each row by itself: it stays
-- as it was, which never permits too much, and `settle` tries again and says what keeps it.
CREATE FUNCTION sminion.fill_blocks(
  target sminion.protected_table, first bigint, beyond bigint, OUT changed bigint, OUT gaps bigint[]
)
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  low       CONSTANT tid := format('(%s,0)', first)::tid;
  high      CONSTANT tid := format('(%s,0)', beyond)::tid;
  stale     CONSTANT text := 't.ctid >= $1 AND t.ctid < $2 AND (' || sminion.stale_rows(target) || ')';
  any_stale CONSTANT text := format('SELECT EXISTS (SELECT FROM %I.%I AS t WHERE %s)', target.schema_name, target.table_name, stale);
  part      record;
  place     record;
  block     bigint;
  before    text;
  more      boolean;
  set_by    bigint := 0;
  touched   bigint;
BEGIN
  changed := 0;
  gaps := '{}';
  BEGIN
    EXECUTE any_stale INTO more USING low, high;
    IF NOT more THEN
      RETURN;
    END IF;
    set_by := sminion.set_masks(target, format('t.ctid >= %L AND t.ctid < %L', low, high), make => true);
  EXCEPTION WHEN OTHERS THEN
    -- A row refuses, or something is locked: what follows goes around it.
    NULL;
  END;
  changed := set_by;
  BEGIN
    EXECUTE any_stale INTO more USING low, high;
    IF NOT more THEN
      RETURN;
    END IF;
    before := sminion.begin_replica_role();
    EXECUTE format(
      'WITH stale AS MATERIALIZED (SELECT t.tableoid AS part, t.ctid AS place FROM %1$I.%2$I AS t WHERE %3$s), '
      || 'todo AS MATERIALIZED ('
      || 'SELECT t.tableoid AS part, t.ctid AS place FROM %1$I.%2$I AS t WHERE %3$s FOR NO KEY UPDATE OF t SKIP LOCKED), '
      || 'touched AS (UPDATE %1$I.%2$I AS t SET guard_mask = CASE WHEN t.guard_mask IS NULL THEN 0 END FROM todo '
      || 'WHERE t.ctid = todo.place AND t.tableoid = todo.part RETURNING 1) '
      || 'SELECT (SELECT count(*) FROM touched), ARRAY(SELECT DISTINCT ((s.place::text::point)[0])::bigint FROM stale s '
      || 'WHERE NOT EXISTS (SELECT FROM todo o WHERE o.part = s.part AND o.place = s.place))',
      target.schema_name, target.table_name, stale)
    INTO touched, gaps USING low, high;
    PERFORM sminion.end_replica_role(before);
    PERFORM sminion.ask_checks(target);
    changed := set_by + touched;
    -- Touched and not changed: a trigger skipped it.
    PERFORM sminion.queue_stale(target, first, beyond, gaps);
    RETURN;
  EXCEPTION
  WHEN lock_not_available THEN
    changed := set_by;
    gaps := ARRAY(SELECT generate_series(first, beyond - 1));
    RETURN;
  WHEN OTHERS THEN
    changed := set_by;
    gaps := '{}';
  END;

  IF beyond - first > 1 THEN
    FOR block IN SELECT generate_series(first, beyond - 1) LOOP
      part := sminion.fill_blocks(target, block, block + 1);
      changed := changed + part.changed;
      gaps := gaps || part.gaps;
    END LOOP;
    RETURN;
  END IF;
  FOR place IN EXECUTE format(
    'SELECT t.tableoid AS part, t.ctid AS place FROM %I.%I AS t WHERE %s', target.schema_name, target.table_name, stale)
    USING low, high
  LOOP
    BEGIN
      before := sminion.begin_replica_role();
      EXECUTE format(
        'UPDATE %I.%I AS t SET guard_mask = CASE WHEN t.guard_mask IS NULL THEN 0 END WHERE t.tableoid = $1 AND t.ctid = $2',
        target.schema_name, target.table_name)
      USING place.part, place.place;
      PERFORM sminion.end_replica_role(before);
      PERFORM sminion.ask_checks(target);
      changed := changed + 1;
    EXCEPTION
    WHEN lock_not_available THEN
      gaps := ARRAY[first];
    WHEN OTHERS THEN
      NULL;
    END;
  END LOOP;
  PERFORM sminion.queue_stale(target, first, beyond, gaps);
END
$sminion$;

-- functions/tickets/probe.sql
-- Whether the guard can set masks in a table: the update that `backfill` will make, tried on a sample of its rows and taken
-- back. `apply` asks before it commits: afterwards a row that refuses is visible to nobody, and where all refuse the
-- application stands still. An update is tried because no catalog knows the answer. Checks, generated columns and indexes run
-- the application's functions as `sminion_owner` under the guard's search_path; a published table may lack an identity.
--
-- The sample: rows of the first two blocks of each partition, of the last two of a table without partitions, and of blocks
-- at random. `tried` rows, of which `refused` could not be updated, for the first `cause`; `hidden` of these have no mask yet.
-- Rows and states that somebody has locked are left out. What no rollback takes back (a sequence, another connection) stays
-- done, if a function of the application does that where it is computed.
CREATE FUNCTION sminion.probe(
  target sminion.protected_table, most integer, milliseconds integer,
  OUT tried bigint, OUT refused bigint, OUT hidden bigint, OUT cause text, OUT broken text, OUT places text[]
)
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
SET lock_timeout = '20ms'
SET jit = off
AS $sminion$
DECLARE
  touch  CONSTANT text := format('UPDATE %I.%I AS t SET guard_mask = CASE WHEN t.guard_mask IS NULL THEN 0 END ',
                                 target.schema_name, target.table_name);
  ends   CONSTANT timestamptz := clock_timestamp() + milliseconds * interval '1 ms';
  leaves bigint;
  blocks bigint;
  parts  oid[];
  tids   tid[];
  masked boolean[];
  done   boolean := false;
  said   text;
  state  text;
  which  text;
  owner  text;
  number bigint;
BEGIN
  tried := 0;
  refused := 0;
  hidden := 0;
  places := '{}';
  SELECT count(*), greatest(sum(pg_relation_size(c.oid) / current_setting('block_size')::bigint), 1) INTO leaves, blocks
  FROM (SELECT format('%I.%I', target.schema_name, target.table_name)::regclass::oid
        UNION SELECT p.relid FROM pg_partition_tree(format('%I.%I', target.schema_name, target.table_name)) p) m (oid)
  JOIN pg_class c ON c.oid = m.oid AND c.relkind = 'r';
  EXECUTE format(
    'WITH first AS (SELECT t.tableoid AS part, t.ctid AS place, t.guard_mask IS NOT NULL AS masked, '
    || 'row_number() OVER (PARTITION BY t.tableoid) AS number FROM %1$I.%2$I AS t WHERE t.ctid < ''(2,0)''), '
    || 'last AS (SELECT t.tableoid, t.ctid, t.guard_mask IS NOT NULL FROM %1$I.%2$I AS t WHERE t.ctid >= $2 LIMIT $1), '
    || 'others AS (SELECT t.tableoid, t.ctid, t.guard_mask IS NOT NULL FROM %1$I.%2$I AS t TABLESAMPLE SYSTEM ($3) LIMIT $1) '
    || 'SELECT array_agg(s.part), array_agg(s.place), array_agg(s.masked) FROM ('
    || 'SELECT f.part, f.place, f.masked FROM first f WHERE f.number <= $4 UNION SELECT * FROM last UNION SELECT * FROM others) s',
    target.schema_name, target.table_name)
  INTO parts, tids, masked
  USING greatest(most / 3, 1), format('(%s,0)', CASE WHEN leaves = 1 THEN greatest(blocks - 2, 0) ELSE 4294967294 END)::tid,
        least(800.0 / blocks, 100), greatest(most / 3 / greatest(leaves, 1), 3);
  IF parts IS NULL THEN
    RETURN;
  END IF;

  BEGIN
    PERFORM sminion.begin_replica_role();
    EXECUTE touch || 'FROM unnest($1, $2) AS s (part, place) WHERE t.ctid = s.place AND t.tableoid = s.part' USING parts, tids;
    GET DIAGNOSTICS tried = ROW_COUNT;
    done := true;
    RAISE EXCEPTION 'taken back';
  EXCEPTION WHEN OTHERS THEN
    IF done THEN
      RETURN;
    END IF;
  END;

  FOR n IN 1 .. cardinality(parts) LOOP
    EXIT WHEN clock_timestamp() > ends AND tried > 0;
    done := false;
    BEGIN
      PERFORM sminion.begin_replica_role();
      EXECUTE touch || 'WHERE t.ctid = $1 AND t.tableoid = $2' USING tids[n], parts[n];
      GET DIAGNOSTICS number = ROW_COUNT;
      done := true;
      RAISE EXCEPTION 'taken back';
    EXCEPTION
    WHEN lock_not_available THEN
      CONTINUE;
    WHEN OTHERS THEN
      IF NOT done THEN
        GET STACKED DIAGNOSTICS said = MESSAGE_TEXT, state = RETURNED_SQLSTATE, which = CONSTRAINT_NAME, owner = TABLE_NAME;
        refused := refused + 1;
        hidden := hidden + (NOT masked[n])::integer;
        cause := coalesce(cause, format('%s (%s)', said, state));
        -- a constraint of a domain names no table
        broken := coalesce(broken, CASE WHEN owner <> '' THEN which END);
        IF cardinality(places) < 3 THEN
          places := places || format('%s of %s', tids[n], parts[n]::regclass);
        END IF;
        number := 1;
      END IF;
      tried := tried + number;
    END;
  END LOOP;
END
$sminion$;

-- functions/masks/backfill.sql
-- Fills in the masks of the next blocks of the next unfinished table and says how far it is; no row when all are done, or
-- when what is left is locked by others. One call is one short transaction of the caller, so it can be interrupted
-- and goes on where it stopped, and two may run at once. It only touches rows: their trigger computes the mask.
-- A block range and not a key range, so that no table needs an index for it, and none is scanned twice.
--
-- Rows that somebody has locked are passed over, and their blocks come again when the others are done; a table that
-- somebody has locked is left for the next call. So one idle transaction keeps back its own rows, and nobody waits.
-- A table that the guard does not see through (see sminion.blindness) is not taken for filled in: it stays unfinished.
CREATE FUNCTION sminion.backfill(
  blocks integer DEFAULT 256,
  OUT schema_name text, OUT table_name text, OUT done_blocks bigint, OUT total_blocks bigint, OUT rows_changed bigint
) RETURNS SETOF record
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET lock_timeout = '200ms'
SET jit = off
AS $sminion$
#variable_conflict use_column
DECLARE
  target  sminion.protected_table;
  tried   text[] := ARRAY(
    SELECT format('%I.%I', p.schema_name, p.table_name) FROM sminion.protected_table p
    WHERE p.next_block IS NOT NULL AND sminion.blindness(p) IS NOT NULL);
  blind   CONSTANT text[] := tried;
  gap     bigint;
  left_of bigint[];
  done    record;
BEGIN
  PERFORM sminion.require_read_committed();
  -- Those of the calls before.
  PERFORM sminion.grow_states(100000);
  LOOP
    -- A child's subject is found through its parent, which must be filled in before: lowest depth first, and none deeper
    -- while one above is unfinished (even if another session holds it).
    SELECT p.* INTO target
    FROM sminion.protected_table p
    WHERE p.next_block IS NOT NULL AND format('%I.%I', p.schema_name, p.table_name) <> ALL (tried)
      AND p.depth = (SELECT min(q.depth) FROM sminion.protected_table q
                     WHERE q.next_block IS NOT NULL AND format('%I.%I', q.schema_name, q.table_name) <> ALL (blind))
    ORDER BY p.schema_name, p.table_name
    LIMIT 1
    FOR UPDATE SKIP LOCKED;
    IF NOT FOUND THEN
      RETURN;
    END IF;
    schema_name := target.schema_name;
    table_name := target.table_name;
    tried := tried || format('%I.%I', target.schema_name, target.table_name);

    rows_changed := 0;
    left_of := target.gaps[greatest(blocks, 1) + 1:];
    BEGIN
      PERFORM sminion.lock_for_update(target);
      SELECT coalesce(max(pg_relation_size(m.relid) / current_setting('block_size')::bigint), 0) INTO total_blocks
      FROM (
        SELECT t.relid::oid FROM pg_partition_tree(format('%I.%I', target.schema_name, target.table_name)::regclass) t
        WHERE t.isleaf
        UNION ALL
        SELECT format('%I.%I', target.schema_name, target.table_name)::regclass::oid
      ) m (relid)
      JOIN pg_class c ON c.oid = m.relid AND c.relkind = 'r';
    EXCEPTION WHEN lock_not_available THEN
      CONTINUE;
    END;

    done_blocks := least(target.next_block + greatest(blocks, 1), total_blocks);
    IF target.next_block < total_blocks THEN
      done := sminion.fill_blocks(target, target.next_block, done_blocks);
      rows_changed := done.changed;
      left_of := target.gaps || done.gaps;
    ELSE
      FOREACH gap IN ARRAY target.gaps[:greatest(blocks, 1)] LOOP
        done := sminion.fill_blocks(target, gap, gap + 1);
        rows_changed := rows_changed + done.changed;
        left_of := left_of || done.gaps;
      END LOOP;
    END IF;

    UPDATE sminion.protected_table p
    SET next_block = CASE WHEN done_blocks < total_blocks OR left_of <> '{}' THEN done_blocks END, gaps = left_of
    WHERE p.schema_name = target.schema_name AND p.table_name = target.table_name;
    IF target.next_block < total_blocks OR left_of = '{}' OR rows_changed > 0 THEN
      RETURN NEXT;
      RETURN;
    END IF;
  END LOOP;
END
$sminion$;
COMMENT ON FUNCTION sminion.backfill(integer) IS
  'fills in the masks of the next blocks of a table; repeat until it returns no row';

-- functions/log/require_followed.sql
-- Called by a parent's trigger after its children were touched because it moved to another subject: raises when one of them
-- did not follow, or when the guard cannot be sure to see all of them. They would be shown under the old subject's state.
CREATE FUNCTION sminion.require_followed(child_schema text, child_table text, some_left boolean) RETURNS void
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  target sminion.protected_table;
  cause  text;
BEGIN
  SELECT p.* INTO target FROM sminion.protected_table p
  WHERE p.schema_name = child_schema AND p.table_name = child_table;
  cause := sminion.blindness(target);
  IF cause IS NOT NULL OR some_left THEN
    RAISE EXCEPTION USING ERRCODE = 'SG513',
      MESSAGE = format('rows of `%s.%s` do not follow their parent to another subject', child_schema, child_table),
      DETAIL = coalesce(cause, 'A trigger of the application skips the update of `guard_mask`.'),
      HINT = 'Let `sminion_owner` see and update these rows (`sminion.settle_problems` names what is in the way).';
  END IF;
END
$sminion$;

-- functions/masks/moved.sql
-- Called by a parent's trigger when its subject changed, before its children are touched. Row triggers of children hold the
-- share lock of the subject they found: taking that subject's state exclusively waits for them, and updating it makes a
-- child that is being written in REPEATABLE READ fail rather than keep the old subject. So the state is made if there is none.
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
  PERFORM sminion.make_states(ARRAY[key]);
  UPDATE sminion.subject_state s SET mask = s.mask WHERE s.subject = key;
END
$sminion$;

-- functions/destruction/destroying.sql
-- Whether a batch of a destruction or of retention runs in this transaction: its deletes are the guard's own. See sminion.destroy_rows and
-- sminion.purge_rows.
CREATE FUNCTION sminion.destroying() RETURNS boolean
LANGUAGE sql
STABLE
SET search_path = pg_catalog, pg_temp
AS $sminion$
  SELECT EXISTS (SELECT FROM sminion.destruction d WHERE d.batch = pg_current_xact_id_if_assigned())
    OR EXISTS (SELECT FROM sminion.retention_rule r WHERE r.batch = pg_current_xact_id_if_assigned())
$sminion$;

-- functions/masks/permit_unusual_delete.sql
-- What sminion.permit_delete leaves: a subject with a pending change, a login whose ticket was not noted or permits less than
-- the mask, and whoever is no login of the policy. Where no note is found, what is blocked stays. Other roles delete
-- nothing through row security but for `sminion_owner`.
CREATE FUNCTION sminion.permit_unusual_delete(permitted bigint, subjects text[], place tid) RETURNS boolean
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $sminion$
DECLARE
  acting    text := current_setting('role');
  needed    bigint;
  remaining bigint;
BEGIN
  -- Of whom a batch destroys the data, and of those only: also where a cascade deletes.
  IF EXISTS (SELECT FROM sminion.destruction d WHERE d.batch = pg_current_xact_id() AND d.subject = ANY (subjects)) THEN
    RETURN true;
  END IF;
  -- Rows past their retention, of whoever they are; but what is blocked stays, also where that came since the batch chose them.
  IF EXISTS (SELECT FROM sminion.retention_rule r WHERE r.batch = pg_current_xact_id()) THEN
    IF EXISTS (
        SELECT FROM sminion.subject_state s
        WHERE s.subject = ANY (subjects) AND (s.blocked OR s.others_blocked OR EXISTS (
          SELECT FROM sminion.retention_rule r
          WHERE r.batch = pg_current_xact_id() AND sminion.blocked_in(s.blocked_schemas, s.others_blocked_schemas, r.schema_name))))
      OR EXISTS (SELECT FROM sminion.pending_change c WHERE c.subject = ANY (subjects))
    THEN
      RAISE EXCEPTION USING ERRCODE = 'SG570', MESSAGE = 'a person was blocked meanwhile';
    END IF;
    RETURN true;
  END IF;
  remaining := permitted & ~(
    SELECT coalesce(bit_or(c.denied), 0) FROM sminion.pending_change c WHERE c.subject = ANY (subjects));
  SELECT w.mask INTO needed FROM sminion.write_ticket w
  WHERE w.ctid = place AND w.transaction = pg_current_xact_id() AND w.statement = statement_timestamp();
  IF needed IS NULL AND NOT EXISTS (SELECT FROM sminion.login l WHERE l.login = session_user) THEN
    IF acting = 'sminion_owner'
       OR (acting = 'none' AND EXISTS (
             SELECT FROM pg_roles r WHERE r.rolname = session_user AND (r.rolsuper OR r.rolbypassrls)))
    THEN
      RETURN true;
    END IF;
    needed := (SELECT p.default_bits & ~p.blocked_bits FROM sminion.policy p);
  END IF;
  -- Nothing to hold the mask against, as where every purpose needs consent, is no permission either.
  IF coalesce(needed, 0) = 0 OR remaining & needed <> needed THEN
    RAISE EXCEPTION USING ERRCODE = 'SG216',
      MESSAGE = 'processing of this subject''s data is not permitted',
      DETAIL = 'The subject''s state changed while the statement ran.',
      HINT = 'Leave the subject''s data alone; the privacy officer can see why.';
  END IF;
  RETURN true;
END
$sminion$;

-- functions/masks/permit_delete.sql
-- Called by row triggers before a row is deleted, with its subjects, and the mask read under the share lock of their states: a
-- block that committed since the statement began wins, also one that could not get the lock and is pending. True, or raises.
--
-- A login of the policy is held to the purpose of the ticket that was noted before the first row (see sminion.fix_ticket), and
-- not to the role: a statement can change its role from row to row, so a spoofed one, or none, would delete what its own
-- purpose may not.
--
-- Without sequential scans for the reason that sminion.fixed_ticket gives.
CREATE FUNCTION sminion.permit_delete(permitted bigint, subjects text[]) RETURNS boolean
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off
SET jit = off
AS $sminion$
DECLARE
  place     text := current_setting('sminion.write_ticket', true);
  needed    bigint;
  remaining bigint := coalesce(permitted, 0);
BEGIN
  IF place COLLATE "C" !~ '^\([0-9]{1,9},[0-9]{1,4}\)$' THEN
    place := NULL;
  END IF;
  -- The usual case in one query. It is VOLATILE, and so reads pending changes after the lock.
  SELECT w.mask INTO needed FROM sminion.write_ticket w
  WHERE w.ctid = place::tid AND w.transaction = pg_current_xact_id() AND w.statement = statement_timestamp()
    AND NOT EXISTS (SELECT FROM sminion.pending_change c WHERE c.subject = ANY (subjects));
  IF needed <> 0 AND remaining & needed = needed THEN
    RETURN true;
  END IF;

  RETURN sminion.permit_unusual_delete(remaining, subjects, place::tid);
END
$sminion$;

-- functions/masks/permit_move.sql
-- Called by row triggers where an UPDATE changes whom a row is about: raises where one of the persons that it is about no longer is
-- blocked, or being destroyed. Else the row would be seen as another person's, and a destruction would miss it. True, so that it
-- is called in an assignment.
--
-- No purpose may change the columns that lead to the person (see policy/access.py). What comes here are jobs of superusers, the
-- application's own triggers, and referential actions, which ask no row security. So nobody is excepted, but the batch that destroys the data.
--
-- was, becomes: the subjects of the row.
-- above: other tables find their subjects through this one: sminion.moved will want the same locks exclusively.
CREATE FUNCTION sminion.permit_move(was text[], becomes text[], place text, schema_name text, above boolean) RETURNS boolean
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  key  text;
  kept boolean;
BEGIN
  FOR key IN
    SELECT DISTINCT o.key COLLATE "C" FROM unnest(was) AS o (key)
    WHERE o.key <> '' AND NOT EXISTS (SELECT FROM unnest(becomes) AS n (key) WHERE n.key = o.key) ORDER BY 1
  LOOP
    -- An older snapshot never sees a state that is newer; here it fails.
    IF current_setting('transaction_isolation') <> 'read committed' THEN
      PERFORM sminion.make_states(ARRAY[key]);
    END IF;
    -- Under the lock, since a block may be about to be stored.
    IF above THEN
      SELECT s.blocked OR s.erased OR s.others_blocked IS TRUE
          OR sminion.blocked_in(s.blocked_schemas, s.others_blocked_schemas, permit_move.schema_name) INTO kept
      FROM sminion.subject_state s WHERE s.subject = key FOR UPDATE;
    ELSE
      SELECT s.blocked OR s.erased OR s.others_blocked IS TRUE
          OR sminion.blocked_in(s.blocked_schemas, s.others_blocked_schemas, permit_move.schema_name) INTO kept
      FROM sminion.subject_state s WHERE s.subject = key FOR SHARE;
    END IF;
    IF kept OR EXISTS (SELECT FROM sminion.pending_change c
      WHERE c.subject = key AND (c.event = 'erase' OR c.event = 'block' AND coalesce(permit_move.schema_name = ANY (c.schemas), true))) THEN
      CONTINUE WHEN EXISTS (SELECT FROM sminion.destruction d WHERE d.batch = pg_current_xact_id() AND d.subject = key);
      RAISE EXCEPTION USING ERRCODE = 'SG249',
        MESSAGE = format('a row of `%s` cannot be moved to another person', place),
        DETAIL = 'The person whom it is about is blocked, or the data of this person are being destroyed.',
        HINT = 'Leave the row out; or move it when a privacy officer has ended the block with `sminion.unblock`.';
    END IF;
  END LOOP;
  RETURN true;
END
$sminion$;

-- functions/tickets/entered_by_client.sql
-- Whether `sminion.enter` runs as a whole statement of the client, with no code around it. Two proofs, since each alone has
-- gaps.
--
-- query:  current_query(), the text that the server runs for the client. Neither DO, functions, EXECUTE nor FETCH change it.
--         As it holds nothing but `enter`, no other part of it can read. But code may run beside it: a CHECK of a domain
--         when a parameter is bound, a user's cast of the parameter, a deferred trigger when the statement commits.
-- stack:  PG_CONTEXT of stay_in_compartment. Each piece of code adds a line. The first five are our own functions, in
--         whatever language the server speaks: the words before the name of the last one are those before the first.
--         Nothing may follow but the line with the parameter, which the server adds where log_parameter_max_length_on_error
--         says so. What a client writes into a line, as a value, a statement or the name of a function, comes after a quote
--         or a parenthesis or after the words SQL or PL/, so it cannot look like that line.
CREATE FUNCTION sminion.entered_by_client(query text, stack text) RETURNS boolean
LANGUAGE plpgsql
IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  space CONSTANT text := '(?:[ \t\n\r\f]|--[^\n\r]*[\n\r]|/\*[^*/]*\*/)';
  -- A comment counts as space, if no other can begin or end in it. `_` stands for space that must be there, `~` for space
  -- that may be.
  form  CONSTANT text := replace(replace(
    '^~(?:(?:begin(?:_(?:work|transaction))?|start_transaction)'
    || '(?:(?:_|~,~)(?:isolation_level_(?:serializable|repeatable_read|read_committed|read_uncommitted)'
    || '|read_only|read_write|(?:not_)?deferrable))*~;~)?'
    -- What a guarded connection resets and closes behind a pooler: the role, the search path and cursors that are held.
    || '(?:set_local_role_none~;~)?(?:set_local_search\x5fpath_to_default~;~)?(?:close_all~;~)?'
    || 'select_(?:sminion|"sminion")~\.~(?:enter|"enter")~\(~(?:\$1|''[^''\\]*'')'
    || '(?:~::~(?:text|varchar|character_varying))?~\)(?:_as_[a-z][a-z0-9\x5f]*)?~;?~(?:--[^\n\r]*)?$',
    '_', space || '+'), '~', space || '*');
  lines text[] := string_to_array(stack, E'\n');
  words text;
BEGIN
  IF query IS NULL OR query COLLATE "C" !~* form THEN
    RETURN false;
  END IF;
  words := left(lines[1], position('sminion.stay_in_compartment(name)' IN lines[1]) - 1);
  -- NULL where there are fewer lines.
  RETURN starts_with(lines[1], words || 'sminion.stay_in_compartment(name)')
    AND starts_with(lines[3], words || 'sminion.context(name,name)')
    AND starts_with(lines[5], words || 'sminion.enter(text)')
    AND (cardinality(lines) = 5
         OR cardinality(lines) = 6 AND lines[6] COLLATE "C" ~ '^(?:(?!SQL|PL/)[^"''(])*\$1 = ''');
END
$sminion$;

-- functions/tickets/stay_in_compartment.sql
-- Marks the transaction as one of this compartment, and refuses it when it is one of a compartment that clashes.
-- Called for logins that may hold incompatible purposes; for all others the login's purposes are mergeable anyway.
--
-- The mark is a lock on an empty table of the compartment (see record_policy), held to the end of the transaction. Only
-- `sminion_owner` may lock it, so a client can neither release nor forge it: an advisory lock could be taken by the client
-- itself, in code that then lets it go. ROW SHARE is allowed in READ ONLY transactions and on a hot standby, disturbs nobody,
-- and tells the mark from somebody who reads the table.
--
-- ROLLBACK TO SAVEPOINT and COMMIT release it. Two kinds of things survive that: variables of procedural code, which live as
-- long as the statement that runs it, and cursors, which live as long as the subtransaction that declared them. So a new
-- mark is made only by `enter` as a whole statement of the client (see entered_by_client), while no cursor exists.
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
  open   text;
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
  IF sminion.entered_by_client(current_query(), stack) IS NOT TRUE THEN
    RAISE EXCEPTION USING ERRCODE = 'SG220',
      MESSAGE = format('compartment `%s` must be entered by a statement of its own', entering),
      DETAIL = 'This login may hold incompatible purposes: what code, or another part of the statement, has read would '
        || 'outlive the compartment.',
      HINT = 'Send `SELECT sminion.enter($1)`, or with the token as a literal, as the whole statement; '
        || '`BEGIN;` may stand before it.';
  END IF;
  -- The extended protocol runs the statement itself in the portal without a name, which is no leftover: each new one takes
  -- the place of the one before.
  SELECT c.name INTO open FROM pg_cursor() c
  WHERE c.name <> '' OR c.statement IS DISTINCT FROM current_query() LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'SG221',
      MESSAGE = format('compartment `%s` cannot be entered while cursor `%s` is open', entering, open),
      DETAIL = 'A rollback to a savepoint would end the compartment, and the cursor would still hold what it read there.',
      HINT = 'Close the cursor first, or end the transaction.';
  END IF;
  EXECUTE format('LOCK TABLE sminion.%I IN ROW SHARE MODE', 'mark_' || own.id);
END
$sminion$;

-- functions/tickets/encrypted.sql
-- Whether this connection is encrypted by TLS. Asked as sminion_owner, which sees that of others than itself only as a member
-- of pg_read_all_stats (see roles/sminion_owner); without it the answer is false, and who must be encrypted is refused.
-- By process, as the view pg_stat_ssl reads those of all sessions.
CREATE FUNCTION sminion.encrypted() RETURNS boolean
LANGUAGE plpgsql
STABLE
SET search_path = pg_catalog, pg_temp
AS $sminion$
BEGIN
  RETURN coalesce((SELECT s.ssl FROM pg_stat_get_activity(pg_backend_pid()) s), false);
END
$sminion$;

-- functions/masks/changes_since.sql
-- What ended tickets of a login since an epoch, for a compartment of it, for people to read; NULL when nothing did.
CREATE FUNCTION sminion.changes_since(epoch integer, login name, role name) RETURNS text
LANGUAGE sql
STABLE
SET search_path = pg_catalog, pg_temp
AS $sminion$
  SELECT string_agg(format('Policy `%s` version %s: ', v.name, v.version) || c.changes || '.', ' ' ORDER BY c.epoch)
  FROM (
    SELECT n.epoch, string_agg(n.change, '; ' ORDER BY n.change) FILTER (WHERE n.place <= 12)
      || CASE WHEN count(*) > 12 THEN format('; and %s more', count(*) - 12) ELSE '' END AS changes
    FROM (
      SELECT x.epoch, x.change, row_number() OVER (PARTITION BY x.epoch ORDER BY x.change) AS place
      FROM sminion.policy_change x
      WHERE x.login = changes_since.login AND x.role = changes_since.role AND x.epoch > changes_since.epoch
    ) AS n
    GROUP BY n.epoch
    ORDER BY n.epoch DESC LIMIT 3
  ) AS c
  JOIN sminion.policy_version v ON v.epoch = c.epoch
$sminion$;

-- functions/tickets/refuse_ticket.sql
-- Says why a ticket does not open an access. Apart from sminion.context, which decides on the hot path whether it does.
CREATE FUNCTION sminion.refuse_ticket(token text, planned name, acting name) RETURNS void
LANGUAGE plpgsql
STABLE
PARALLEL RESTRICTED
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  t    sminion.ticket;
  here boolean;
BEGIN
  IF acting <> planned THEN
    RAISE EXCEPTION USING ERRCODE = 'SG217',
      MESSAGE = format('the statement was planned for role `%s` and runs as `%s`', planned, acting),
      HINT = 'Do not change the role while a statement or cursor is open.';
  ELSIF coalesce(token, '') = '' THEN
    RAISE EXCEPTION USING ERRCODE = 'SG201',
      MESSAGE = 'no ticket: this access has no recorded reason',
      HINT = 'Open a ticket with `sminion.open_ticket`, commit, and activate it with `sminion.enter`.';
  END IF;
  SELECT k.* INTO t FROM sminion.ticket k WHERE k.token_hash = sha256(convert_to(token, 'UTF8'));
  here := (SELECT k.xmin = k.made_in FROM sminion.ticket k WHERE k.id = t.id);
  IF t.id IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'SG202',
      MESSAGE = 'no ticket has this token',
      DETAIL = 'It was never opened, it was rolled back, it was opened after this transaction took its snapshot, or the token was '
        || 'not passed as `sminion.open_ticket` returned it.',
      HINT = 'Open a ticket with `sminion.open_ticket`, commit, and begin the transaction afterwards.';
  ELSIF t.login <> session_user THEN
    RAISE EXCEPTION USING ERRCODE = 'SG206',
      MESSAGE = format('ticket %s belongs to another login than `%s`', t.id, session_user),
      HINT = 'Open a ticket with the login that uses it.';
  ELSIF t.writer IS NOT DISTINCT FROM pg_current_xact_id_if_assigned() THEN
    RAISE EXCEPTION USING ERRCODE = 'SG203',
      MESSAGE = format('ticket %s is not committed', t.id),
      DETAIL = 'A ticket that can still be rolled back leaves no trace.',
      HINT = 'Commit the transaction that opened the ticket before you use it.';
  ELSIF t.revoked_at IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'SG205',
      MESSAGE = format('ticket %s was revoked', t.id),
      HINT = 'Ask the privacy officer.';
  ELSIF NOT here THEN
    RAISE EXCEPTION USING ERRCODE = 'SG225',
      MESSAGE = format('ticket %s was opened in the database that this one was restored from', t.id),
      HINT = 'Open a new ticket.';
  ELSIF NOT EXISTS (SELECT FROM sminion.policy) THEN
    RAISE EXCEPTION USING ERRCODE = 'SG208',
      MESSAGE = 'no policy is in force in this database',
      HINT = 'Install one: `sminion-guard apply`.';
  ELSIF (t.epoch >= (SELECT o.since FROM sminion.login_compartment o WHERE o.login = session_user AND o.role = t.role)) IS NOT TRUE
  THEN
    RAISE EXCEPTION USING ERRCODE = 'SG208',
      MESSAGE = format('ticket %s was opened under an earlier policy, and what it opens has changed', t.id),
      DETAIL = coalesce(sminion.changes_since(t.epoch, t.login, t.role), 'The policy was removed meanwhile.'),
      HINT = 'Open a new ticket. If that is refused, deploy the application that was written for the policy in force.';
  ELSIF t.expires_at <= clock_timestamp() THEN
    RAISE EXCEPTION USING ERRCODE = 'SG204',
      MESSAGE = format('ticket %s expired at %s', t.id, t.expires_at),
      HINT = 'Open a new ticket.';
  ELSIF t.role <> planned THEN
    RAISE EXCEPTION USING ERRCODE = 'SG207',
      MESSAGE = format('ticket %s opens compartment `%s`, not `%s`', t.id, t.role, planned),
      HINT = 'Activate the ticket with `sminion.enter`, which sets the role too.';
  ELSIF inet_client_addr() IS NOT NULL AND t.require_tls AND NOT sminion.encrypted() THEN
    RAISE EXCEPTION USING ERRCODE = 'SG211',
      MESSAGE = 'the connection is not encrypted, and the policy requires it',
      HINT = 'Connect with sslmode=verify-full, or through the unix socket.';
  ELSIF EXISTS (SELECT FROM pg_cursor() c WHERE c.is_holdable) THEN
    RAISE EXCEPTION USING ERRCODE = 'SG209',
      MESSAGE = 'the session has a WITH HOLD cursor',
      DETAIL = 'It outlives transaction, role and block, so nothing could govern what it holds.',
      HINT = 'Close it, or declare the cursor without WITH HOLD.';
  END IF;
  RAISE EXCEPTION USING ERRCODE = 'SG202', MESSAGE = format('ticket %s does not open this access', t.id);
END
$sminion$;

-- functions/masks/refuse_expired.sql
-- Refuses a row that is past its retention as it is written. The floor's condition for written rows calls it, with names
-- from the policy, after ticket and mask were tested; without it PostgreSQL says that some policy is violated.
CREATE FUNCTION sminion.refuse_expired(relation text, counted_from text, keep text) RETURNS boolean
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
BEGIN
  RAISE EXCEPTION USING ERRCODE = 'SG228',
    MESSAGE = format('the row of `%s` is past its retention: `%s` is older than %s', relation, counted_from, keep),
    DETAIL = 'Nobody can see such a row, so it cannot be written.',
    HINT = format('Write a later value of `%s`, or leave the row out.', counted_from);
END
$sminion$;
COMMENT ON FUNCTION sminion.refuse_expired(text, text, text) IS 'refuses a row that is past its retention';

-- functions/ddl_guard/refuse_others.sql
-- What row security says to whoever reaches a protected table with the rights of a role that is no compartment: the owner,
-- which FORCE binds too, roles that were granted something by hand, and a compartment that comes through a view with the
-- rights of its owner. They would see no row, and a data migration of theirs would do nothing, without a word.
--
-- IMMUTABLE is not true, and on purpose: the planner computes a call with constants, so the error comes while the statement is
-- planned, whatever rows there are. Raised when a row is found it would tell, search by search, what hidden rows hold.
-- A plan is made anew for another role, since the table has row security.
--
-- backup: the role that reads all rows for dumps, where the policy wants one. Acting as itself it is let through; with its rights
-- in another name, as in a view that it owns, nobody is. No login of the policy may act as it, whatever it was granted.
--
-- To all others it permits nothing: it raises or is false. PUBLIC may call it, as whoever reads the table must be able to; it shows the
-- names that the caller passes.
CREATE FUNCTION sminion.refuse_others(relation regclass, compartments name[], backup name DEFAULT NULL) RETURNS boolean
LANGUAGE plpgsql
IMMUTABLE
PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $sminion$
BEGIN
  IF current_user = backup THEN
    -- The role itself may read this table.
    IF EXISTS (SELECT FROM sminion.login l WHERE l.login = session_user) THEN
      RAISE EXCEPTION USING ERRCODE = 'SG229',
        MESSAGE = format('login `%s` of the policy acts as `%s`', session_user, backup),
        DETAIL = 'That role reads all rows for dumps, with no ticket. A login of the policy reads under tickets only.',
        HINT = format('Let another login dump, and revoke the membership: `REVOKE %I FROM %I`.', backup, session_user);
    END IF;
    RETURN true;
  ELSIF current_user = 'sminion_owner' THEN
    -- Where the guard's own policy was dropped its functions find no rows, and say so (see sminion.blindness).
    RETURN false;
  ELSIF current_user = ANY (compartments) THEN
    RAISE EXCEPTION USING ERRCODE = 'SG229',
      MESSAGE = format('role `%s` reaches protected table `%s` with the rights of another role', current_user, relation),
      DETAIL = 'A view reads with the rights of its owner unless it is security_invoker.',
      HINT = 'Name the table itself, or let the view be made so: `ALTER VIEW ... SET (security_invoker = true)`.';
  END IF;
  RAISE EXCEPTION USING ERRCODE = 'SG201',
    MESSAGE = format('no ticket: role `%s` reaches `%s` as itself', current_user, relation),
    DETAIL = 'Rows of a protected table are for those who say what for, its owner included.',
    HINT = 'Open a ticket with `sminion.open_ticket`, commit, and activate it with `sminion.enter`; in a migration write '
      || '`with op.guard_processing(...)`.';
END
$sminion$;
COMMENT ON FUNCTION sminion.refuse_others(regclass, name[], name) IS
  'raises: whoever is no compartment of the policy has no ticket for a protected table';

-- functions/ddl_guard/refuse_partition.sql
-- What row security says to everybody who names a partition of a protected table: no row is seen that way, and an empty
-- answer would not say so. IMMUTABLE, so that it raises while the statement is planned: see sminion.refuse_others.
--
-- backup: the role that reads all rows for dumps, where the policy wants one; a dump reads each partition by itself.
CREATE FUNCTION sminion.refuse_partition(relation regclass, protected regclass, backup name DEFAULT NULL) RETURNS boolean
LANGUAGE plpgsql
IMMUTABLE
PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $sminion$
BEGIN
  IF current_user = backup THEN
    RETURN sminion.refuse_others(protected, '{}', backup);
  END IF;
  RAISE EXCEPTION USING ERRCODE = 'SG229',
    MESSAGE = format('`%s` is a partition of protected table `%s` and cannot be reached by itself', relation, protected),
    DETAIL = 'The conditions of row security stand on the table.',
    HINT = format('Name `%s` in the statement: its partitions are read through it.', protected);
END
$sminion$;
COMMENT ON FUNCTION sminion.refuse_partition(regclass, regclass, name) IS
  'raises: a partition is read through the protected table that it belongs to';

-- functions/tickets/context.sql
-- The floor of every protected table: called once per statement and table by the restrictive policy of each compartment
-- role. It raises unless the transaction stands under a ticket that is committed, current and this login's; else it
-- returns the subjects withheld from the role since the masks were last settled, or NULL when there are none, which is the
-- usual case: a comparison with NULL costs the rows nothing.
--
-- planned:  the role the statement was planned for, a constant in the policy.
-- acting:   current_user where the policy is evaluated. The two differ when a cursor or a function changed the role after
--           planning: the privileges were checked for one role and the ticket would be another's (SG217).
--
-- STABLE is part of the promise: the withheld subjects are then read with the snapshot of the statement itself. Were it
-- newer, a subject settled in between would be gone from this list while the statement still sees its old mask.
-- PARALLEL RESTRICTED: the leader calls it, the workers get the result, so parallel plans stay.
-- A ticket that the snapshot shows was committed, unless this transaction wrote it itself: such a row is seen, and is not
-- kept by a rollback, not even by one to a savepoint. (The state of its writer is not asked for.)
-- A ticket that came with a dump opens nothing in the copy: its row was written by another transaction there than it says. A
-- token that somebody kept would open the copy for as long as it lasts.
-- A ticket of the policy in force is good, and one of an earlier policy while nothing has changed that it stands on: see
-- record_policy. What has changed is asked of the latter only, apart.
-- Without sequential scans: a plan is kept, and one that was made while there were few tickets would read all of them for each
-- statement, until the table is analyzed. For the same reason `IS TRUE`: it keeps out the index of a login's tickets, which
-- looks as good as that of the tokens while the login has few. Without JIT: a plan with a scan that is switched off counts as
-- dear enough for it.
-- All is asked in one query, because each costs its own start, and without aggregates, which cost a tenth of it: this is the
-- price of every guarded statement.
CREATE FUNCTION sminion.context(planned name, acting name) RETURNS text[]
LANGUAGE plpgsql
STABLE
PARALLEL RESTRICTED
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off
SET jit = off
AS $sminion$
DECLARE
  token       text := current_setting('sminion.token', true);
  alternating boolean;
  opened      integer;
  in_force    integer;
  withheld    text[];
BEGIN
  SELECT k.alternating, nullif(ARRAY(SELECT w.subject FROM sminion.withheld w WHERE w.denied & k.mask <> 0), '{}'),
    k.epoch, (SELECT p.epoch FROM sminion.policy p)
  INTO alternating, withheld, opened, in_force
  FROM sminion.ticket k
  WHERE k.token_hash = sha256(convert_to(token, 'UTF8')) AND acting = planned
    AND k.role = planned AND (k.login = session_user) IS TRUE
    AND k.revoked_at IS NULL AND k.expires_at > clock_timestamp()
    AND k.writer IS DISTINCT FROM pg_current_xact_id_if_assigned() AND k.xmin = k.made_in
    -- inet_client_addr is NULL on the unix socket.
    AND (NOT k.require_tls OR inet_client_addr() IS NULL OR sminion.encrypted())
    AND NOT EXISTS (SELECT FROM pg_cursor() c WHERE c.is_holdable);
  -- Both are NULL where no ticket is good at all. Two conditions, since one with a query in it would cost as much each time.
  IF (opened = in_force) IS NOT TRUE THEN
    IF NOT EXISTS (
      SELECT FROM sminion.login_compartment o WHERE o.login = session_user AND o.role = planned AND o.since <= opened)
    THEN
      PERFORM sminion.refuse_ticket(token, planned, acting);
      -- Not reached while refuse_ticket does its work; if it ever returned, there would still be no row.
      RAISE EXCEPTION USING ERRCODE = 'SG202', MESSAGE = 'the ticket does not open this access';
    END IF;
  END IF;
  IF alternating THEN
    PERFORM sminion.stay_in_compartment(planned);
  END IF;
  RETURN withheld;
END
$sminion$;
COMMENT ON FUNCTION sminion.context(name, name) IS
  'checks the ticket of the transaction; the subjects withheld from its purpose, or NULL';

-- functions/tickets/context_of_kind.sql
-- As sminion.context, for a table whose subjects are of one of several kinds: the withheld subjects of that kind, each by its key.
CREATE FUNCTION sminion.context_of_kind(planned name, acting name, kind text) RETURNS text[]
LANGUAGE sql
STABLE
PARALLEL RESTRICTED
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
  SELECT sminion.keys_of_kind(sminion.context(planned, acting), kind || ':')
$sminion$;
COMMENT ON FUNCTION sminion.context_of_kind(name, name, text) IS 'as context, with the keys of one kind of subjects';

-- functions/tickets/named_subject.sql
-- The one subject a ticket of a purpose that sees blocked subjects was opened for. The floor of such a role compares with
-- it, so that "sees blocked" never means "sees everybody".
-- Without sequential scans and JIT as sminion.context.
CREATE FUNCTION sminion.named_subject(planned name, acting name) RETURNS text
LANGUAGE plpgsql
STABLE
PARALLEL RESTRICTED
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off
SET jit = off
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
COMMENT ON FUNCTION sminion.named_subject(name, name) IS 'the subject that the ticket of the transaction names';

-- functions/tickets/named_subject_of_kind.sql
-- As sminion.named_subject, by its key, for a column whose subjects are of one of several kinds; NULL, which equals no key, when
-- the ticket names a subject of another kind.
CREATE FUNCTION sminion.named_subject_of_kind(planned name, acting name, kind text) RETURNS text
LANGUAGE sql
STABLE
PARALLEL RESTRICTED
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
  SELECT (sminion.keys_of_kind(ARRAY[sminion.named_subject(planned, acting)], kind || ':'))[1]
$sminion$;
COMMENT ON FUNCTION sminion.named_subject_of_kind(name, name, text) IS
  'the key of the subject that the ticket names, if it is of this kind';

-- functions/tickets/named_alone.sql
-- Whether nobody but the subject that the ticket names is blocked, among the subjects of one row. Asked by the floor of a
-- purpose that sees blocked subjects, for rows of the named subject only: a request of one person is no reason to process
-- the data of another who is blocked.
--
-- It asks for the ticket itself, and answers purposes that see blocked subjects only: called by hand it tells whether
-- anybody is blocked, and that is no business of other logins.
--
-- schema_name: of the row's table: a block may be limited to schemas.
-- subjects:    of the row, in the form of sminion.subject_key.
CREATE FUNCTION sminion.named_alone(planned name, acting name, schema_name text, subjects text[]) RETURNS boolean
LANGUAGE plpgsql
STABLE
PARALLEL RESTRICTED
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  -- Other keys of the named person are no others.
  others text[] := ARRAY(SELECT unnest(subjects) EXCEPT SELECT unnest(sminion.same_person(sminion.named_subject(planned, acting))));
BEGIN
  RETURN EXISTS (
      SELECT FROM sminion.compartment c JOIN sminion.purpose p ON p.name = c.purpose
      WHERE c.role = planned AND p.sees_blocked AND p.retired_at IS NULL)
    AND NOT EXISTS (SELECT FROM sminion.subject_state s 
      WHERE s.subject = ANY (others) AND (s.blocked OR s.others_blocked
        OR sminion.blocked_in(s.blocked_schemas, s.others_blocked_schemas, named_alone.schema_name)))
    AND NOT EXISTS (SELECT FROM sminion.pending_change p
      WHERE p.subject = ANY (others) AND p.event = 'block' AND coalesce(named_alone.schema_name = ANY (p.schemas), true));
END
$sminion$;
COMMENT ON FUNCTION sminion.named_alone(name, name, text, text[]) IS
  'whether no other subject than the one of the ticket is blocked among these';

-- functions/tickets/ticket_values.sql
-- The values that a ticket is opened with, checked against those that the policy declares, in canonical form: so that equal
-- values are stored alike, and what stands in the log is what rows were compared with. Nothing is converted from one type
-- to another, no value is left out, and none is there that nobody declared: a misspelt tenant must not open a ticket.
CREATE FUNCTION sminion.ticket_values(given jsonb) RETURNS jsonb
LANGUAGE plpgsql
STABLE
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  declared CONSTANT jsonb := coalesce((SELECT p.ticket_values FROM sminion.policy p), '{}');
  found    jsonb := '{}';
  name     text;
  kind     text;
  raw      jsonb;
  said     text;
BEGIN
  IF given IS NOT NULL AND (jsonb_typeof(given) <> 'object' OR octet_length(given::text) > 32000) THEN
    RAISE EXCEPTION USING ERRCODE = 'SG227',
      MESSAGE = 'the values of a ticket are a JSON object of a few names and values',
      HINT = 'Pass `"values" => jsonb_build_object(name, value, ...)`.';
  END IF;
  FOR name IN SELECT k FROM jsonb_object_keys(coalesce(given, '{}')) AS k WHERE NOT declared ? k ORDER BY k LOOP
    RAISE EXCEPTION USING ERRCODE = 'SG227',
      MESSAGE = format('the policy declares no value `%s` of a ticket', sminion.log_text(name, 40)),
      HINT = coalesce('Pass the declared ones only: '
        || (SELECT string_agg('`' || k || '`', ', ' ORDER BY k) FROM jsonb_object_keys(declared) AS k) || '.', 'Leave it out: the policy declares none.');
  END LOOP;
  FOR name, kind IN SELECT d.key, d.value FROM jsonb_each_text(declared) AS d ORDER BY d.key LOOP
    raw := given -> name;
    said := raw #>> '{}';
    IF said IS NULL THEN
      RAISE EXCEPTION USING ERRCODE = 'SG227',
        MESSAGE = format('the ticket has no value `%s`, which the policy declares as %s', name, kind),
        HINT = format('Pass it: `"values" => jsonb_build_object(''%s'', ...)`.', name);
    END IF;
    BEGIN
      raw := CASE kind || ' ' || jsonb_typeof(raw)
        WHEN 'integer number' THEN to_jsonb(said::integer)
        WHEN 'bigint number' THEN to_jsonb(said::bigint)
        WHEN 'boolean boolean' THEN raw
        WHEN 'uuid string' THEN to_jsonb(said::uuid)
        -- make_date, not a cast: DateStyle is the client's, and 'today' is no date that anybody named.
        WHEN 'date string' THEN CASE WHEN said ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$' THEN to_jsonb(to_char(
          make_date(left(said, 4)::integer, substr(said, 6, 2)::integer, right(said, 2)::integer), 'YYYY-MM-DD')) END
        -- Refused, not cleaned: another text would be another tenant.
        WHEN 'text string' THEN CASE WHEN said = sminion.log_text(said, 200) AND sminion.legible_text(said) IS NOT NULL THEN raw END
      END;
    EXCEPTION WHEN data_exception THEN
      raw := NULL;
    END;
    IF raw IS NULL THEN
      RAISE EXCEPTION USING ERRCODE = 'SG227',
        MESSAGE = format('value `%s` of the ticket is no %s', name, kind),
        DETAIL = format('It is %s.', sminion.log_text((given -> name)::text, 60)),
        HINT = CASE kind
          WHEN 'uuid' THEN 'Pass a JSON string with a UUID.'
          WHEN 'date' THEN 'Pass a JSON string such as "2026-11-01".'
          WHEN 'boolean' THEN 'Pass true or false.'
          WHEN 'text' THEN 'Pass a JSON string of 1 to 200 characters that can be seen.'
          ELSE 'Pass a whole JSON number within its range.' END;
    END IF;
    found := found || jsonb_build_object(name, raw);
  END LOOP;
  RETURN found;
END
$sminion$;

-- functions/tickets/ticket_value.sql
-- One value of the ticket that the transaction stands under: the rules of rows (templates/policy) compare with it, once per
-- statement and table.
--
-- It asks sminion.context first, with the same arguments and for the same reasons. The floor asks it too, but not at the same
-- moment: a rule with OR needs the value for a later row only, and in the inner scan of a join the first row may fail for
-- another reason, and the value be asked for after the outer side has run a function of the client's. A client that changes
-- its token in between would else be compared with the values of a ticket that it has opened in this transaction, and that
-- no log will ever show.
-- Without sequential scans and JIT as sminion.context.
CREATE FUNCTION sminion.ticket_value(planned name, acting name, wanted text) RETURNS text
LANGUAGE plpgsql
STABLE
PARALLEL RESTRICTED
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off
SET jit = off
AS $sminion$
DECLARE
  found text;
BEGIN
  PERFORM sminion.context(planned, acting);
  SELECT k."values" ->> wanted INTO found
  FROM sminion.ticket k
  WHERE k.id = split_part(current_setting('sminion.token', true), '.', 1)::bigint;
  IF found IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'SG227',
      MESSAGE = format('the ticket has no value `%s`', wanted),
      HINT = format('Open a new ticket with it: `"values" => jsonb_build_object(''%s'', ...)`.', wanted);
  END IF;
  RETURN found;
END
$sminion$;
COMMENT ON FUNCTION sminion.ticket_value(name, name, text) IS 'a value that the ticket of the transaction was opened with';

-- functions/masks/within_retention.sql
-- Whether a row is still kept: `at` was less than `keep` ago, by the calendar and clock of the policy's time zone. Counted from
-- the statement and not from the transaction, which a client may keep open for as long as it likes.
--
-- What a day, a month or a point in time without a zone means depends on the zone. That of the session is the client's to
-- choose: `SET timezone` would show rows for days longer. There is one form for each type, since comparing a timestamp with one
-- of the other kind takes the session's zone again. No form pins its search_path, so that the planner puts its body in place
-- of the call and finds rows by an index; a body that is parsed here resolves no name later.
CREATE FUNCTION sminion.within_retention(at timestamp with time zone, keep interval, zone text) RETURNS boolean
LANGUAGE sql
STABLE
PARALLEL SAFE
RETURN at OPERATOR(pg_catalog.>) pg_catalog.timezone(zone, pg_catalog.timezone(zone, pg_catalog.statement_timestamp()) OPERATOR(pg_catalog.-) keep);

CREATE FUNCTION sminion.within_retention(at timestamp without time zone, keep interval, zone text) RETURNS boolean
LANGUAGE sql
STABLE
PARALLEL SAFE
RETURN at OPERATOR(pg_catalog.>) (pg_catalog.timezone(zone, pg_catalog.statement_timestamp()) OPERATOR(pg_catalog.-) keep);

CREATE FUNCTION sminion.within_retention(at date, keep interval, zone text) RETURNS boolean
LANGUAGE sql
STABLE
PARALLEL SAFE
RETURN at OPERATOR(pg_catalog.>) (pg_catalog.timezone(zone, pg_catalog.statement_timestamp()) OPERATOR(pg_catalog.-) keep);
COMMENT ON FUNCTION sminion.within_retention(timestamp with time zone, interval, text) IS 'whether a row of that time is still kept, in the time zone of the policy';
COMMENT ON FUNCTION sminion.within_retention(timestamp without time zone, interval, text) IS 'whether a row of that time is still kept, in the time zone of the policy';
COMMENT ON FUNCTION sminion.within_retention(date, interval, text) IS 'whether a row of that time is still kept, in the time zone of the policy';

-- functions/tickets/enter.sql
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
COMMENT ON FUNCTION sminion.enter(text) IS 'enters the purpose of a ticket until the transaction ends';

-- functions/tickets/refuse_opening.sql
-- Says why a ticket is not opened. Apart from sminion.open_ticket, which finds in one query whether it is; the reasons are
-- looked for in the order in which they can be helped.
CREATE FUNCTION sminion.refuse_opening(purpose text, schemas text[], recipient text) RETURNS void
LANGUAGE plpgsql
STABLE
SET search_path = pg_catalog, pg_temp
AS $sminion$
#variable_conflict use_column
DECLARE
  fitting integer;
BEGIN
  IF NOT EXISTS (SELECT FROM sminion.policy) THEN
    RAISE EXCEPTION USING ERRCODE = 'SG208',
      MESSAGE = 'no policy is in force in this database',
      HINT = 'Install one: `sminion-guard apply`.';
  ELSIF refuse_opening.recipient <> '' AND NOT EXISTS (
    SELECT FROM sminion.login l
    WHERE l.login = session_user AND l.purpose = refuse_opening.purpose AND l.recipient = refuse_opening.recipient)
  THEN
    RAISE EXCEPTION USING ERRCODE = 'SG734',
      MESSAGE = format('login `%s` may not send data to `%s`', session_user, refuse_opening.recipient),
      DETAIL = coalesce(
        'It may send data to: ' || (SELECT string_agg(DISTINCT format('`%s`', l.recipient), ', ') FROM sminion.login l
                                    WHERE l.login = session_user AND l.recipient <> '') || '.',
        'It may send data to nobody.'),
      HINT = 'Connect as a login that may, or name the recipient in `transfers_to` of the login in the policy.';
  ELSIF refuse_opening.recipient = '' AND NOT EXISTS (
    SELECT FROM sminion.login l WHERE l.login = session_user AND l.purpose = refuse_opening.purpose AND l.recipient = '')
  THEN
    RAISE EXCEPTION USING ERRCODE = 'SG212',
      MESSAGE = format('login `%s` does not hold purpose `%s`', session_user, refuse_opening.purpose),
      DETAIL = coalesce(
        (SELECT sminion.changes_since(x.epoch - 1, x.login, x.role) FROM sminion.policy_change x
         WHERE x.login = session_user AND x.purpose = refuse_opening.purpose
           AND NOT EXISTS (SELECT FROM sminion.compartment c WHERE c.role = x.role AND c.recipient <> '') ORDER BY x.epoch DESC LIMIT 1),
        'It holds: ' || (SELECT string_agg(format('`%s`', l.purpose), ', ' ORDER BY l.purpose) FROM sminion.login l
                         WHERE l.login = session_user AND l.recipient = '') || '.',
        (SELECT 'It only sends data to others: see `sminion-guard export run`.' FROM sminion.login l
         WHERE l.login = session_user LIMIT 1),
        'The policy in force does not name the login.'),
      HINT = 'Connect as a login that holds the purpose, or add it to the policy.';
  END IF;
  SELECT count(*) INTO fitting FROM sminion.compartment c
  WHERE c.purpose = refuse_opening.purpose AND c.recipient = refuse_opening.recipient
    AND (refuse_opening.schemas IS NULL OR c.schemas || c.tables @> refuse_opening.schemas);
  RAISE EXCEPTION USING ERRCODE = 'SG213',
    MESSAGE = CASE WHEN fitting = 0
      THEN format('no compartment of purpose `%s` holds all of %s', refuse_opening.purpose, refuse_opening.schemas)
      ELSE format('purpose `%s` has %s compartments that fit', refuse_opening.purpose, fitting) END,
    DETAIL = 'Compartments: ' || coalesce((
      -- by schemas, where these tell the compartments from one another
      SELECT string_agg('{' || array_to_string(CASE WHEN c.alike THEN c.tables ELSE c.schemas END, ', ') || '}', ' '
                        ORDER BY c.role)
      FROM (SELECT c.*, EXISTS (SELECT FROM sminion.compartment o WHERE o.purpose = c.purpose AND o.recipient = c.recipient AND o.role <> c.role
                                AND o.schemas @> c.schemas) AS alike
            FROM sminion.compartment c
            WHERE c.purpose = refuse_opening.purpose AND c.recipient = refuse_opening.recipient) AS c), 'none') || '.',
    HINT = 'Name the schemas or tables you need, all of one compartment: `schemas => ARRAY[...]`.';
END
$sminion$;
COMMENT ON FUNCTION sminion.refuse_opening(text, text[], text) IS 'says why a ticket is not opened; called by sminion.open_ticket';

-- functions/restore/timeline.sql
-- The timeline of the WAL that is written now. Taken from the name of its file, which no file must be read for.
CREATE FUNCTION sminion.timeline() RETURNS text
LANGUAGE sql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
  SELECT left(pg_walfile_name(pg_current_wal_insert_lsn()), 8)
$sminion$;

-- functions/restore/mark_instance.sql
-- Says that this database is no restored copy any more, or never was: see sminion.instance.
CREATE FUNCTION sminion.mark_instance() RETURNS void
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  own xid;
BEGIN
  INSERT INTO sminion.instance AS i (made, timeline) VALUES ('0', sminion.timeline())
  ON CONFLICT (singleton) DO UPDATE SET timeline = excluded.timeline, closed_at = NULL, closed_by = NULL, closed_why = NULL
  RETURNING i.xmin INTO own;
  -- Behind a savepoint it is the number of a subtransaction, which is known from the row only. The update has the same one.
  UPDATE sminion.instance i SET made = own;
END
$sminion$;

-- functions/restore/restored.sql
-- Why this database must be taken for one that was restored from a backup, so that it lacks what people decided since; NULL where
-- nothing says so.
--
-- A promotion begins a new timeline too, and must stop no application. It goes on where the primary ended: somebody maintained the
-- database or opened a ticket just before. Recovery to an earlier moment ends where nobody has done either for as long. Neither
-- counts on from here while the answer is not NULL, so waiting changes nothing.
CREATE FUNCTION sminion.restored() RETURNS text
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  own  sminion.instance;
  mark xid;
  last timestamptz;
BEGIN
  SELECT i.*, i.xmin INTO own.singleton, own.made, own.timeline, own.closed_at, own.closed_by, own.closed_why, mark
  FROM sminion.instance i;
  IF own.made IS NULL THEN
    RETURN 'Table sminion.instance is empty, so parts of the database were restored or removed.';
  ELSIF own.closed_at IS NOT NULL THEN
    RETURN format('%s said so at %s: %s', own.closed_by, own.closed_at, own.closed_why);
  ELSIF own.made <> mark THEN
    RETURN 'It was made from a dump.';
  ELSIF own.timeline <> sminion.timeline() THEN
    last := greatest(
      (SELECT m.done_at FROM sminion.maintenance_state m WHERE m.step = 'instance'),
      (SELECT k.opened_at FROM sminion.ticket k ORDER BY k.id DESC LIMIT 1));
    IF last > clock_timestamp() - interval '15 minutes' THEN
      RETURN NULL;
    END IF;
    RETURN format('Its timeline is %s, and was %s. The last sign of life before is from %s, which is more than 15 minutes ago.',
                  sminion.timeline(), own.timeline, coalesce(last::text, 'no time'));
  END IF;
  RETURN NULL;
END
$sminion$;

-- functions/restore/refuse_restored.sql
-- Raises where this database was restored and nobody has said that what people decided since is there again.
CREATE FUNCTION sminion.refuse_restored() RETURNS void
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  why CONSTANT text := sminion.restored();
BEGIN
  IF why IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'SG250',
      MESSAGE = 'the database was restored: blocks, withdrawals and destructions since the backup may be missing',
      DETAIL = why,
      HINT = 'A privacy officer repeats them, and then runs `sminion-guard restore accept`.';
  END IF;
END
$sminion$;

-- functions/tickets/refuse_flood.sql
-- Says that a login opens too many tickets, and which limit it has reached. Apart from sminion.open_ticket, as refuse_opening.
--
-- The refusal undoes what the transaction did, so no table can keep it. The server's log does, even where the client catches the
-- error in a block of its own and the server would not log it.
--
-- early:    the number of the ticket that was looked up.
-- next:     the one that the new ticket would have.
-- a_minute: how many the policy permits within a minute.
CREATE FUNCTION sminion.refuse_flood(early bigint, next bigint, a_minute integer) RETURNS void
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  by_policy CONSTANT boolean := next - early = a_minute AND EXISTS (
    SELECT FROM sminion.ticket e
    WHERE e.login = session_user AND e.nth = early AND e.opened_at > clock_timestamp() - interval '1 minute');
  code      CONSTANT text := CASE WHEN by_policy THEN 'SG247' ELSE 'SG226' END;
  said      CONSTANT text := format('login `%s` has opened %s tickets %s', session_user, next - early,
    CASE WHEN by_policy THEN 'within a minute' WHEN next - early = 1000 THEN 'in this transaction' ELSE 'within an hour' END);
BEGIN
  RAISE LOG USING ERRCODE = code, MESSAGE = said;
  RAISE EXCEPTION USING ERRCODE = code, MESSAGE = said,
    DETAIL = CASE WHEN by_policy THEN 'The policy in force permits no more (`tickets_per_minute`).' ELSE '' END,
    HINT = 'Open one ticket for what is done by the same actor for the same reason, and use it until it expires, as '
      || 'guarded connections do; let applications have logins of their own.';
END
$sminion$;
COMMENT ON FUNCTION sminion.refuse_flood(bigint, bigint, integer) IS
  'says that a login opens too many tickets; called by sminion.open_ticket';

-- functions/requests/require_request.sql
-- Whether a ticket may rest on a request: `basis_ref` is `request:17`, and request 17 is open, asks to clarify or reports misconduct, and is
-- of the person whom the ticket names.
--
-- It refuses in one way, whatever is wrong: a login learns nothing about requests of other people, not even whether there are any.
CREATE FUNCTION sminion.require_request(basis_ref text, subject text) RETURNS void
LANGUAGE plpgsql
STABLE
SET search_path = pg_catalog, pg_temp
AS $sminion$
BEGIN
  IF subject IS NULL OR basis_ref !~ '^request:[1-9][0-9]{0,17}$' OR NOT EXISTS (
    SELECT FROM sminion.request r
    WHERE r.id = substr(basis_ref, 9)::bigint AND r.closed_at IS NULL AND r.kind IN ('clarify', 'misconduct')
      AND require_request.subject = ANY (sminion.same_person(r.subject)))
  THEN
    RAISE EXCEPTION USING ERRCODE = 'SG542',
      MESSAGE = format('the ticket rests on `%s`, which is no open request to clarify data of the person that the ticket names',
        sminion.log_text(basis_ref, 40)),
      HINT = 'Pass `basis_ref => ''request:NUMBER''` with a request `clarify` or `misconduct` that is open, and its person as `subject`.';
  END IF;
END
$sminion$;

-- functions/tickets/open_ticket.sql
-- Writes the committed record of an access and returns its token: `id.secret.role`. The row keeps only the token's hash.
-- The token opens nothing before the transaction that wrote it has committed, and nothing for another login.
--
-- A guarded session passes the secret, so that it can use the token before it has read the answer: the ticket, BEGIN and
-- the first statement are one message. Who passes a poor one lends the access to other sessions of its own login, as it
-- could by passing the token on.
--
-- A login opens at most 1,000 tickets in a transaction and 10,000,000 within an hour (SG226), and within a minute as many as
-- the policy permits it, 60,000 by default (SG247): tickets are kept for long, and no loop may fill the disk with them. A client opens one in
-- a transaction; a large application whose every request has a reason of its own opens some hundreds in a second, and must
-- not be stopped. The numbers are looked up in an index, nothing is counted, and nobody waits for another session.
--
-- The ticket's number is from no sequence, which would change what lastval() answers the application after its own INSERT:
-- the microseconds since 2025 and nine random bits, so it grows with time, and has 18 digits at most until 2086.
--
-- A database that was restored from a backup gives none (SG250), until somebody says that what people decided since is there
-- again: see sminion.restored.
--
-- Many requests of an application wait for it, so what can be asked at once is asked in one query, and what is unusual (a
-- refusal, texts that must be cleaned, values) in functions of its own: each query and each function costs its own start.
-- Without sequential scans and JIT as sminion.context.
CREATE FUNCTION sminion.open_ticket(
  purpose   text,
  actor     text,
  reason    text,
  schemas   text[] DEFAULT NULL,
  unit      text   DEFAULT NULL,
  basis_ref text   DEFAULT NULL,
  subject   text   DEFAULT NULL,
  "values"  jsonb  DEFAULT NULL,
  kind      text   DEFAULT NULL,
  secret    text   DEFAULT NULL,
  disclosure bigint DEFAULT NULL
) RETURNS text
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off
SET jit = off
AS $sminion$
#variable_conflict use_column
DECLARE
  who          sminion.actor_text;
  what_for     sminion.reason_text;
  unit_said    sminion.unit_text;
  rests_on     sminion.basis_text;
  valued       sminion.values_json := '{}';
  about        text;
  opened_in    integer;
  lifetime     interval;
  tls_required boolean;
  declared     jsonb;
  alternates   boolean;
  owns         boolean;
  rests        text;
  needs_one    boolean;
  compartment  name;
  bits         bigint;
  next         bigint;
  early        bigint;
  a_minute     integer;
  -- TLS is over TCP only (inet_client_addr is NULL on the unix socket), and to ask whether it is there is dear.
  encrypted    CONSTANT boolean := inet_client_addr() IS NOT NULL AND sminion.encrypted();
  ticket_id    bigint;
  token        text;
  made         xid;
  at_home      boolean;
  to_whom      text := '';
  ends         timestamptz;
BEGIN
  -- For an export, which sminion.open_transfer begins: a ticket for what its recipient may get.
  IF open_ticket.disclosure IS NOT NULL THEN
    SELECT o.recipient, o.ends INTO to_whom, ends FROM sminion.opening(open_ticket.disclosure, open_ticket.purpose) o;
  END IF;
  SELECT p.epoch, p.ticket_lifetime, p.require_tls, p.ticket_values, l.may_hold_incompatible, l.may_own, w.basis, w.sees_blocked,
    c.role, c.mask, coalesce(k.nth, 0) + 1,
    -- each by one place of the index: with IN, all tickets of the login would be read
    coalesce(
      (SELECT e.nth FROM sminion.ticket e
       WHERE e.login = session_user AND e.nth = k.nth - 999 AND e.writer = pg_current_xact_id_if_assigned() LIMIT 1),
      (SELECT e.nth FROM sminion.ticket e
       WHERE e.login = session_user AND e.nth = k.nth + 1 - l.tickets_per_minute
         AND e.opened_at > clock_timestamp() - interval '1 minute' LIMIT 1),
      -- with less in a minute, an hour has less
      CASE WHEN l.tickets_per_minute > 166666 THEN
        (SELECT e.nth FROM sminion.ticket e
         WHERE e.login = session_user AND e.nth = k.nth - 9999999 AND e.opened_at > clock_timestamp() - interval '1 hour' LIMIT 1)
      END),
    l.tickets_per_minute,
    -- a standby cannot write a ticket, and has no timeline of its own
    (SELECT i.made = i.xmin AND i.closed_at IS NULL AND CASE WHEN pg_is_in_recovery() THEN true
       ELSE i.timeline = left(pg_walfile_name(pg_current_wal_insert_lsn()), 8) END FROM sminion.instance i)
  INTO opened_in, lifetime, tls_required, declared, alternates, owns, rests, needs_one, compartment, bits, next, early, a_minute, at_home
  FROM sminion.policy p
  JOIN sminion.login l ON l.login = session_user AND l.purpose = open_ticket.purpose AND l.recipient = to_whom
  JOIN sminion.purpose w ON w.name = l.purpose AND w.retired_at IS NULL
  -- one that fits, and the only one
  JOIN sminion.compartment c ON c.purpose = l.purpose AND c.recipient = l.recipient
    AND (open_ticket.schemas IS NULL OR c.schemas || c.tables @> open_ticket.schemas)
    AND NOT EXISTS (
      SELECT FROM sminion.compartment o WHERE o.purpose = c.purpose AND o.recipient = c.recipient AND o.role <> c.role
        AND (open_ticket.schemas IS NULL OR o.schemas || o.tables @> open_ticket.schemas))
  LEFT JOIN LATERAL (
    SELECT t.nth FROM sminion.ticket t WHERE t.login = session_user ORDER BY t.nth DESC LIMIT 1) AS k ON true;

  -- Printable ASCII, as nearly all texts are, has nothing in it that must be cleaned.
  IF concat(open_ticket.actor, open_ticket.reason, open_ticket.unit, open_ticket.basis_ref) ~ '[^ -~]'
    OR btrim(open_ticket.actor) = '' OR length(open_ticket.actor) > 200
    OR btrim(open_ticket.reason) = '' OR length(open_ticket.reason) > 1000
    OR btrim(open_ticket.unit) = '' OR length(open_ticket.unit) > 200
    OR btrim(open_ticket.basis_ref) = '' OR length(open_ticket.basis_ref) > 400
  THEN
    who := sminion.ticket_text('actor', open_ticket.actor, 200);
    what_for := sminion.ticket_text('reason', open_ticket.reason, 1000);
    unit_said := sminion.ticket_text('unit', open_ticket.unit, 200);
    rests_on := sminion.ticket_text('basis_ref', open_ticket.basis_ref, 400);
  ELSE
    who := btrim(open_ticket.actor);
    what_for := btrim(open_ticket.reason);
    unit_said := btrim(open_ticket.unit);
    rests_on := btrim(open_ticket.basis_ref);
  END IF;
  IF who IS NULL OR what_for IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'SG215',
      MESSAGE = 'a ticket says who acts and why: actor or reason is empty',
      HINT = 'Pass a non-empty actor and reason.';
  ELSIF open_ticket.secret !~ '^[0-9a-f]{32}$' THEN
    RAISE EXCEPTION USING ERRCODE = 'SG215',
      MESSAGE = 'the secret of a ticket is 32 hexadecimal digits',
      HINT = 'Pass 128 random bits, or leave `secret` out.';
  END IF;
  -- No TLS over TCP, no ticket: a token overheard is an access lent.
  IF tls_required AND inet_client_addr() IS NOT NULL AND NOT encrypted THEN
    RAISE EXCEPTION USING ERRCODE = 'SG211',
      MESSAGE = 'the connection is not encrypted, and the policy requires it',
      HINT = 'Connect with sslmode=verify-full, or through the unix socket.';
  ELSIF compartment IS NULL THEN
    PERFORM sminion.refuse_opening(open_ticket.purpose, open_ticket.schemas, to_whom);
    -- Not reached while refuse_opening does its work; if it ever returned, no ticket would be written.
    RAISE EXCEPTION USING ERRCODE = 'SG213', MESSAGE = 'no compartment fits';
  END IF;

  -- A login that inherits the role acts with its privileges outside of `enter`, one that may grant it lends them. One that
  -- the policy accepts as an owner could grant itself anything.
  IF NOT owns AND (
    pg_has_role(session_user, compartment, 'USAGE') OR pg_has_role(session_user, compartment, 'MEMBER WITH ADMIN OPTION'))
  THEN
    RAISE EXCEPTION USING ERRCODE = 'SG219',
      MESSAGE = format('login `%s` inherits or may grant compartment `%s`', session_user, compartment),
      HINT = 'Run `sminion-guard apply`, which repairs the membership, or ask the DBA.';
  ELSIF NOT pg_has_role(session_user, compartment, 'MEMBER') THEN
    RAISE EXCEPTION USING ERRCODE = 'SG212',
      MESSAGE = format('login `%s` is not a member of compartment `%s`', session_user, compartment),
      HINT = 'Run `sminion-guard apply`.';
  ELSIF needs_one AND coalesce(open_ticket.subject, '') = '' THEN
    RAISE EXCEPTION USING ERRCODE = 'SG214',
      MESSAGE = format('purpose `%s` sees blocked subjects, so the ticket must name one', open_ticket.purpose),
      HINT = 'Pass `subject => ...` when you open the ticket.';
  ELSIF open_ticket.kind IS NOT NULL AND open_ticket.subject IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'SG461',
      MESSAGE = format('the ticket says a kind, `%s`, and names no subject', sminion.log_text(open_ticket.kind, 80)),
      HINT = 'Pass `subject => ...` too, or leave `kind` out.';
  ELSIF early IS NOT NULL THEN
    PERFORM sminion.refuse_flood(early, next, a_minute);
    -- Not reached, as above.
    RAISE EXCEPTION USING ERRCODE = 'SG226', MESSAGE = 'too many tickets';
  ELSIF at_home IS NOT TRUE THEN
    PERFORM sminion.refuse_restored();
  END IF;
  IF open_ticket.subject IS NOT NULL THEN
    about := sminion.subject_key(open_ticket.subject, open_ticket.kind);
  END IF;
  IF starts_with(rests_on, 'request:') THEN
    PERFORM sminion.require_request(rests_on, about);
  END IF;
  IF open_ticket."values" IS NOT NULL OR declared <> '{}' THEN
    valued := sminion.ticket_values(open_ticket."values");
  END IF;

  -- A ticket that a crash could lose is no record: a login that commits without waiting for the disk waits here.
  IF current_setting('synchronous_commit') = 'off' THEN
    PERFORM set_config('synchronous_commit', 'on', true);
  END IF;
  -- Two random UUIDs: 244 random bits, hashed once, of which the token carries 128.
  token := '.' || coalesce(open_ticket.secret,
    left(encode(sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())), 'hex'), 32)) || '.' || compartment;
  LOOP
    ticket_id := ((extract(epoch FROM clock_timestamp()) - 1735689600) * 1000000)::bigint * 512
      + ('x' || right(gen_random_uuid()::text, 3))::bit(12)::integer % 512;
    INSERT INTO sminion.ticket (
      id, token_hash, expires_at, login, nth, role, mask, alternating, epoch, require_tls, purpose, basis, basis_ref,
      actor, unit, reason, subject, "values", client_address, encrypted, application
    ) VALUES (
      ticket_id, sha256(convert_to(ticket_id || token, 'UTF8')), least(clock_timestamp() + lifetime, ends), session_user, next,
      compartment, bits, alternates, opened_in, tls_required, open_ticket.purpose, rests, rests_on, who, unit_said, what_for,
      about, valued, inet_client_addr(), encrypted, current_setting('application_name')
    ) ON CONFLICT ON CONSTRAINT ticket_pkey DO NOTHING RETURNING xmin INTO made;
    EXIT WHEN FOUND;
  END LOOP;
  -- Opened behind a savepoint: the row belongs to a subtransaction, which has a number of its own.
  IF made <> pg_current_xact_id()::xid THEN
    UPDATE sminion.ticket SET made_in = made WHERE id = ticket_id;
  END IF;
  RETURN ticket_id || token;
END
$sminion$;
COMMENT ON FUNCTION sminion.open_ticket(text, text, text, text[], text, text, text, jsonb, text, text, bigint) IS
  'opens a ticket for a purpose and returns its token, for sminion.enter';

-- functions/log/record_act.sql
-- Records an act of an officer or a DBA that no other table has. `detail` never has data of a person.
CREATE FUNCTION sminion.record_act(act text, detail jsonb, reason text) RETURNS bigint
LANGUAGE sql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
  INSERT INTO sminion.act (act, detail, reason) VALUES (record_act.act, record_act.detail, record_act.reason) RETURNING id
$sminion$;

-- functions/log/forget_actors_of.sql
-- The part of sminion.forget_actors for one kind of events: whether there are more of them that are older.
--
-- A run of numbers has 5,000 events at most, and one call takes the next runs up to about `most` events.
CREATE FUNCTION sminion.forget_actors_of(source text, cutoff timestamptz, most integer) RETURNS boolean
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $sminion$
#variable_conflict use_column
DECLARE
  reached bigint := (SELECT f.key FROM sminion.forgotten_actors f WHERE f.source = forget_actors_of.source);
  room    integer := greatest(most, 1);
  run     record;
  numbers bigint[];
  keys    bigint[];
  young   integer;
BEGIN
  FOR run IN
    SELECT r.first, r.keys FROM sminion.event_run r
    WHERE r.kind = forget_actors_of.source AND r.first > reached - 5000 ORDER BY r.first
  LOOP
    SELECT array_agg(run.first + n.nth - 1 ORDER BY n.nth), array_agg(n.key ORDER BY n.nth) INTO numbers, keys
    FROM (
      SELECT k.key, k.nth FROM unnest(run.keys) WITH ORDINALITY AS k (key, nth)
      WHERE run.first + k.nth - 1 > reached ORDER BY k.nth LIMIT room) n;
    CONTINUE WHEN numbers IS NULL;
    SELECT min(n.place) INTO young
    FROM unnest(keys) WITH ORDINALITY AS n (key, place)
    WHERE CASE forget_actors_of.source
      WHEN 'ticket' THEN (SELECT k.opened_at FROM sminion.ticket k WHERE k.id = n.key) >= cutoff
      WHEN 'state' THEN (SELECT e.at FROM sminion.subject_event e WHERE e.id = n.key) >= cutoff
      ELSE (SELECT e.at FROM sminion.request_event e WHERE e.id = n.key) >= cutoff END;
    numbers := numbers[1 : coalesce(young - 1, cardinality(numbers))];
    keys := keys[1 : cardinality(numbers)];
    -- Without its salt the value would be lost, and the leaf with it: then the hash is NULL, which is refused.
    INSERT INTO sminion.erased (number, field, hash)
    SELECT c.number, c.field,
           sha256(sha256(z.salt || int8send(c.number) || convert_to(c.field, 'UTF8')) || convert_to(c.value, 'UTF8'))
    FROM (
      SELECT n.number, f.field, f.value, 'actor:' || to_char(k.opened_at AT TIME ZONE 'UTC', 'YYYY-MM:') || k.actor AS holder
      FROM unnest(numbers, keys) AS n (number, key) JOIN sminion.ticket k ON k.id = n.key
      CROSS JOIN LATERAL (VALUES
        ('actor', k.actor), ('client_address', host(k.client_address)), ('application', nullif(k.application, ''))) AS f (field, value)
      WHERE forget_actors_of.source = 'ticket' AND k.actor IS NOT NULL
      UNION ALL
      SELECT n.number, 'actor', e.actor, 'actor:' || to_char(e.at AT TIME ZONE 'UTC', 'YYYY-MM:') || e.actor
      FROM unnest(numbers, keys) AS n (number, key) JOIN sminion.subject_event e ON e.id = n.key
      WHERE forget_actors_of.source = 'state' AND e.actor IS NOT NULL
      UNION ALL
      SELECT n.number, 'actor', e.actor, 'actor:' || to_char(e.at AT TIME ZONE 'UTC', 'YYYY-MM:') || e.actor
      FROM unnest(numbers, keys) AS n (number, key) JOIN sminion.request_event e ON e.id = n.key
      WHERE forget_actors_of.source = 'request' AND e.actor IS NOT NULL
    ) c LEFT JOIN sminion.salt z ON z.holder = c.holder COLLATE "C"
    WHERE c.value IS NOT NULL;
    CASE forget_actors_of.source
      WHEN 'ticket' THEN
        UPDATE sminion.ticket k SET actor = NULL, client_address = NULL, application = '' WHERE k.id = ANY (keys) AND k.actor IS NOT NULL;
      WHEN 'state' THEN
        UPDATE sminion.subject_event e SET actor = NULL WHERE e.id = ANY (keys) AND e.actor IS NOT NULL;
      ELSE
        UPDATE sminion.request_event e SET actor = NULL WHERE e.id = ANY (keys) AND e.actor IS NOT NULL;
    END CASE;
    reached := coalesce(numbers[cardinality(numbers)], reached);
    room := room - cardinality(numbers);
    EXIT WHEN young IS NOT NULL OR room <= 0;
  END LOOP;
  UPDATE sminion.forgotten_actors f SET key = reached WHERE f.source = forget_actors_of.source AND f.key <> reached;
  RETURN room <= 0;
END
$sminion$;
COMMENT ON FUNCTION sminion.forget_actors_of(text, timestamptz, integer) IS 'the part of sminion.forget_actors for one kind of events';

-- functions/log/forget_actors.sql
-- Takes out of the log who acted in the months that are older than `actors` of `[operator]` says: names of actors, addresses of clients
-- and names of applications; of about `most` events of each kind. Whether there is more to do. For sminion.maintain_step.
--
-- Employees are people too. What they did stays on record, under login, unit, purpose and reason. The leaves of the log have
-- commitments of the names, and these are kept, so every proof stays valid. When a month is done, the salts of its names go: until
-- then whoever reads the salts could try the names of all employees.
--
-- Whole months, which ended a week ago at least: no session works under their tickets, and no process writes entries about them.
-- Events go in the order of their numbers; what a long transaction numbered late waits for its turn, and the salts of its month with it.
CREATE FUNCTION sminion.forget_actors(most integer) RETURNS boolean
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $sminion$
#variable_conflict use_column
DECLARE
  kept   CONSTANT interval := (
    SELECT (v.document #>> '{operator,actors}')::interval FROM sminion.policy p JOIN sminion.policy_version v ON v.epoch = p.epoch);
  cutoff CONSTANT timestamptz := date_trunc(
    'month', least(clock_timestamp() - kept, clock_timestamp() - interval '7 days') AT TIME ZONE 'UTC') AT TIME ZONE 'UTC';
  -- Before the first holder of a month that is kept.
  bound  CONSTANT text := 'actor:' || to_char(cutoff AT TIME ZONE 'UTC', 'YYYY-MM');
  more   boolean := false;
  one    record;
  gone   bigint;
BEGIN
  IF kept IS NULL OR NOT EXISTS (SELECT FROM sminion.salt z WHERE z.holder >= 'actor:' COLLATE "C" AND z.holder < bound COLLATE "C") THEN
    RETURN false;
  END IF;
  INSERT INTO sminion.forgotten_actors (source) VALUES ('ticket'), ('state'), ('request') ON CONFLICT DO NOTHING;
  PERFORM set_config('sminion.erasing', pg_current_xact_id()::text, true);
  FOR one IN SELECT f.source FROM sminion.forgotten_actors f ORDER BY f.source COLLATE "C" FOR UPDATE LOOP
    more := sminion.forget_actors_of(one.source, cutoff, most) OR more;
  END LOOP;
  -- No events: what is kept beside them. A certificate is kept by law, and says who destroyed.
  UPDATE sminion.hold h SET actor = NULL, released_by = NULL WHERE h.ended AND h.placed_at < cutoff AND h.actor IS NOT NULL;
  UPDATE sminion.destruction d SET actor = NULL
  WHERE d.completed_at < cutoff AND d.actor IS NOT NULL AND NOT EXISTS (SELECT FROM sminion.certificate c WHERE c.destruction = d.id);
  UPDATE sminion.log_writer w SET client_address = NULL, application = ''
  WHERE w.opened_at < cutoff AND (w.client_address IS NOT NULL OR w.application <> '');
  UPDATE sminion.disclosure d SET actor = NULL WHERE d.recorded_at < cutoff AND d.actor IS NOT NULL;
  PERFORM set_config('sminion.erasing', '', true);
  IF more OR EXISTS (SELECT FROM sminion.ticket k WHERE k.opened_at < cutoff AND k.actor IS NOT NULL)
    OR EXISTS (SELECT FROM sminion.subject_event e WHERE e.at < cutoff AND e.actor IS NOT NULL)
    OR EXISTS (SELECT FROM sminion.request_event e WHERE e.at < cutoff AND e.actor IS NOT NULL)
  THEN
    RETURN more;
  END IF;
  DELETE FROM sminion.salt z WHERE z.holder >= 'actor:' COLLATE "C" AND z.holder < bound COLLATE "C";
  GET DIAGNOSTICS gone = ROW_COUNT;
  PERFORM sminion.record_act(
    'forget_actors', jsonb_build_object('before', to_char(cutoff AT TIME ZONE 'UTC', 'YYYY-MM'), 'names', gone), NULL);
  RETURN false;
END
$sminion$;
COMMENT ON FUNCTION sminion.forget_actors(integer) IS
  'takes names of actors and addresses of clients out of the log, when the policy says so; whether there is more to do';

-- functions/restore/follow_timeline.sql
-- The first step of sminion.maintain: takes the timeline of a promoted standby for the database's own, and fails where the database
-- was restored, so that whoever watches maintenance sees it.
CREATE FUNCTION sminion.follow_timeline() RETURNS void
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  before text := (SELECT i.timeline FROM sminion.instance i);
BEGIN
  IF NOT EXISTS (SELECT FROM sminion.policy) THEN
    RETURN;
  END IF;
  PERFORM sminion.refuse_restored();
  IF before <> sminion.timeline() THEN
    PERFORM sminion.mark_instance();
    PERFORM sminion.record_act('follow_timeline', jsonb_build_object('before', before, 'timeline', sminion.timeline()), NULL);
  END IF;
END
$sminion$;

-- functions/restore/report_restore.sql
-- Says that this database was restored: no ticket is opened any more until sminion.accept_restore. For whoever remembers outside of
-- the database how long its log was, such as `sminion-guard audit seal`, and for who has just restored it. False where it was said
-- before.
CREATE FUNCTION sminion.report_restore(reason text) RETURNS boolean
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  why CONSTANT text := sminion.require_reason(report_restore.reason);
BEGIN
  UPDATE sminion.instance i SET closed_at = clock_timestamp(), closed_by = session_user, closed_why = why WHERE i.closed_at IS NULL;
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  PERFORM sminion.record_act('report_restore', '{}', why);
  RETURN true;
END
$sminion$;
COMMENT ON FUNCTION sminion.report_restore(text) IS 'says that the database was restored: no ticket is opened until that is accepted';

-- functions/restore/accept_restore.sql
-- Says that what people decided since the backup is in this restored database again, so that tickets are opened. False where it is
-- not taken for a restored one. A ledger must have been replayed in it to its end, without an entry that failed.
--
-- without_ledger: there is none, and the decisions were repeated by hand, or nobody made any.
CREATE FUNCTION sminion.accept_restore(reason text, without_ledger boolean DEFAULT false) RETURNS boolean
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  why   CONSTANT text := sminion.require_reason(accept_restore.reason);
  cause text;
  last  sminion.replay;
BEGIN
  -- One at a time; and what another transaction has just said is seen.
  LOCK TABLE sminion.instance IN SHARE ROW EXCLUSIVE MODE;
  cause := sminion.restored();
  IF cause IS NULL THEN
    RETURN false;
  END IF;
  -- In this database, and since it is known to be restored.
  SELECT r.* INTO last FROM sminion.replay r
  WHERE r.made = r.xmin AND r.timeline = sminion.timeline()
    AND r.ended_at > coalesce((SELECT i.closed_at FROM sminion.instance i), '-infinity')
  ORDER BY r.id DESC LIMIT 1;
  IF NOT coalesce(without_ledger, false) AND (last.failed = 0) IS NOT TRUE THEN
    RAISE EXCEPTION USING ERRCODE = 'SG593',
      MESSAGE = CASE WHEN last.id IS NULL THEN 'no ledger was replayed in this restored database'
        ELSE format('%s entries of the ledger could not be repeated', last.failed) END,
      DETAIL = cause,
      HINT = 'Replay it with `sminion-guard subject ledger replay`; pass `without_ledger => true` where what was decided since is repeated otherwise.';
  END IF;
  PERFORM sminion.mark_instance();
  PERFORM sminion.record_act('accept_restore', jsonb_build_object('cause', cause, 'without_ledger', coalesce(without_ledger, false)), why);
  RETURN true;
END
$sminion$;
COMMENT ON FUNCTION sminion.accept_restore(text, boolean) IS 'opens a restored database again, whose missing decisions were repeated';

-- functions/requests/load_calendar.sql
-- Adds a version of a calendar, and returns its number; where the newest version says the same, it stays and no row is written.
-- `sminion-guard apply` calls it with what the Python package `holidays` knows.
CREATE FUNCTION sminion.load_calendar(
  name text, version text, first date, last date, known_until date, holidays date[], working_days date[]
) RETURNS bigint
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
#variable_conflict use_column
DECLARE
  newest sminion.calendar;
  odd    date;
  added  bigint;
BEGIN
  -- Only days that differ from what every week is: a calendar with all its Sundays would look complete, and count wrongly.
  SELECT d INTO odd FROM unnest(load_calendar.holidays) d
  WHERE d IS NULL OR extract(isodow FROM d) >= 6 OR d < load_calendar.first OR d > load_calendar.last
  UNION ALL SELECT d FROM unnest(load_calendar.working_days) d
  WHERE d IS NULL OR extract(isodow FROM d) < 6 OR d < load_calendar.first OR d > load_calendar.last
  LIMIT 1;
  IF FOUND OR load_calendar.holidays IS NULL OR load_calendar.working_days IS NULL OR load_calendar.first IS NULL OR load_calendar.last IS NULL
    OR load_calendar.known_until IS NULL OR load_calendar.name !~ '^[A-Z]{2}(-[A-Z0-9]{1,3})?$' OR load_calendar.version !~ '^[ -~]{1,100}$'
    OR load_calendar.known_until NOT BETWEEN load_calendar.first AND load_calendar.last
    OR load_calendar.first < date '1990-01-01' OR load_calendar.last > date '2200-01-01' OR cardinality(load_calendar.holidays) > 10000
    OR cardinality(load_calendar.working_days) > 10000
  THEN
    RAISE EXCEPTION USING ERRCODE = 'SG521',
      MESSAGE = format('the calendar `%s` cannot be used%s', sminion.log_text(load_calendar.name, 40),
        CASE WHEN odd IS NOT NULL THEN format(': %s is no day that differs from other weeks', odd) ELSE '' END),
      DETAIL = 'Holidays are Mondays to Fridays, working days are Saturdays and Sundays, all from `first` to `last`.',
      HINT = 'Load it with `sminion-guard request calendar`.';
  END IF;
  LOCK TABLE sminion.calendar IN SHARE ROW EXCLUSIVE MODE;
  SELECT c.* INTO newest FROM sminion.calendar c WHERE c.name = load_calendar.name ORDER BY c.id DESC LIMIT 1;
  IF FOUND AND (newest.version, newest.first, newest.last, newest.known_until, newest.holidays, newest.working_days)
    = (load_calendar.version, load_calendar.first, load_calendar.last, load_calendar.known_until, load_calendar.holidays,
       load_calendar.working_days)
  THEN
    RETURN newest.id;
  END IF;
  INSERT INTO sminion.calendar AS c (name, version, first, last, known_until, holidays, working_days)
  VALUES (load_calendar.name, load_calendar.version, load_calendar.first, load_calendar.last, load_calendar.known_until,
          load_calendar.holidays, load_calendar.working_days)
  RETURNING c.id INTO added;
  PERFORM sminion.record_act(
    'load_calendar', jsonb_build_object('calendar', load_calendar.name, 'version', load_calendar.version, 'until', load_calendar.last), NULL);
  RETURN added;
END
$sminion$;
COMMENT ON FUNCTION sminion.load_calendar(text, text, date, date, date, date[], date[]) IS
  'adds a version of a calendar by which terms are counted; its number';

-- functions/requests/newest_calendar.sql
-- The newest version of a calendar; `weekends` is built in: only Saturdays and Sundays are free.
CREATE FUNCTION sminion.newest_calendar(name text) RETURNS sminion.calendar
LANGUAGE plpgsql
STABLE
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  found_one sminion.calendar;
BEGIN
  IF newest_calendar.name = 'weekends' THEN
    found_one.name := 'weekends';
    found_one.version := '1';
    found_one.first := date '1990-01-01';
    found_one.last := date '2200-01-01';
    found_one.known_until := found_one.last;
    found_one.holidays := '{}';
    found_one.working_days := '{}';
    RETURN found_one;
  END IF;
  SELECT c.* INTO found_one FROM sminion.calendar c WHERE c.name = newest_calendar.name ORDER BY c.id DESC LIMIT 1;
  IF NOT FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'SG521',
      MESSAGE = format('calendar `%s`, by which the policy counts terms, is not loaded', newest_calendar.name),
      HINT = 'Run `sminion-guard request calendar`, or `sminion-guard apply`.';
  END IF;
  RETURN found_one;
END
$sminion$;

-- functions/requests/is_working_day.sql
-- Whether people work on a day.
CREATE FUNCTION sminion.is_working_day(calendar sminion.calendar, day date) RETURNS boolean
LANGUAGE plpgsql
STABLE
SET search_path = pg_catalog, pg_temp
AS $sminion$
BEGIN
  IF day < calendar.first OR day > calendar.last THEN
    RAISE EXCEPTION USING ERRCODE = 'SG521',
      MESSAGE = format('calendar `%s` does not reach to %s', calendar.name, day),
      DETAIL = format('Version %s has the days from %s to %s.', calendar.version, calendar.first, calendar.last),
      HINT = 'Load a newer one with `sminion-guard request calendar`.';
  END IF;
  RETURN CASE WHEN extract(isodow FROM day) >= 6 THEN day = ANY (calendar.working_days) ELSE day <> ALL (calendar.holidays) END;
END
$sminion$;

-- functions/requests/term_end.sql
-- The last day of a term that counts from the day after `start`, before a free day moves it: see sminion.roll_forward.
--
-- 31 January and one month are the last day of February (Regulation 1182/71 article 3, Civil Code of Russia article 192).
CREATE FUNCTION sminion.term_end(calendar sminion.calendar, start date, count integer, unit text) RETURNS date
LANGUAGE plpgsql
STABLE
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  day   date := start;
  ahead integer := count;
BEGIN
  IF unit = 'working day' THEN
    WHILE ahead > 0 LOOP
      day := day + 1;
      ahead := ahead - sminion.is_working_day(calendar, day)::integer;
    END LOOP;
    RETURN day;
  END IF;
  RETURN CASE unit
    WHEN 'day' THEN start + count
    WHEN 'week' THEN start + 7 * count
    WHEN 'month' THEN (start + make_interval(months => count))::date
    WHEN 'year' THEN (start + make_interval(years => count))::date
  END;
END
$sminion$;

-- functions/masks/roll_forward.sql
-- A term that would end on a free day ends on the next working day (Regulation 1182/71 article 3(4), Civil Code of Russia
-- article 193). A term of no length ends where it begins.
CREATE FUNCTION sminion.roll_forward(calendar sminion.calendar, start date, day date) RETURNS date
LANGUAGE plpgsql
STABLE
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  rolled date := day;
BEGIN
  WHILE rolled > start AND NOT sminion.is_working_day(calendar, rolled) LOOP
    rolled := rolled + 1;
  END LOOP;
  RETURN rolled;
END
$sminion$;

-- functions/requests/record_request_event.sql
-- Writes what happened to a request. `detail` never has data of a person.
CREATE FUNCTION sminion.record_request_event(request bigint, event text, detail jsonb, reason text, actor text) RETURNS bigint
LANGUAGE sql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
  INSERT INTO sminion.request_event AS e (request, event, detail, reason, actor, epoch)
  SELECT record_request_event.request, record_request_event.event, record_request_event.detail, sminion.require_reason(record_request_event.reason),
         sminion.require_actor(record_request_event.actor), p.epoch
  FROM sminion.policy p
  RETURNING e.id
$sminion$;

-- functions/requests/open_request_row.sql
-- The row of an open request, locked: of two officers at one request the second one waits, and is told what the first one did.
CREATE FUNCTION sminion.open_request_row(id bigint) RETURNS sminion.request
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  found_one sminion.request;
BEGIN
  PERFORM sminion.require_read_committed();
  SELECT r.* INTO found_one FROM sminion.request r WHERE r.id = open_request_row.id FOR UPDATE;
  IF NOT FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'SG522',
      MESSAGE = format('there is no request %s', coalesce(open_request_row.id::text, 'NULL')),
      HINT = 'List them: `SELECT * FROM sminion.request_status`.';
  ELSIF found_one.closed_at IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'SG523',
      MESSAGE = format('request %s is closed: %s on %s', found_one.id, replace(found_one.outcome, '_', ' '), found_one.closed_at::date),
      HINT = 'Open a new request for what came later.';
  END IF;
  RETURN found_one;
END
$sminion$;

-- functions/requests/make_obligations.sql
-- Adds the obligations that requests are missing: one for each recipient that got data of the person. Recipients are told of
-- corrections, blocks, destructions and denials (GDPR article 19, 152-FZ article 21), not of questions. A request under one key of a
-- person concerns what was passed on under all of them.
CREATE FUNCTION sminion.make_obligations(subjects text[]) RETURNS bigint
LANGUAGE sql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
  WITH made AS (
    INSERT INTO sminion.obligation (request, recipient)
    SELECT DISTINCT r.id, d.recipient
    FROM sminion.request r
    JOIN sminion.disclosure_subject s ON s.subject = ANY (sminion.same_person(r.subject))
    JOIN sminion.disclosure d ON d.id = s.disclosure
    WHERE r.subject = ANY (ARRAY(
        SELECT p.key FROM unnest(subjects) AS g (key) CROSS JOIN LATERAL unnest(sminion.same_person(g.key)) AS p (key)))
      AND r.closed_at IS NULL AND r.kind <> 'access'
    ON CONFLICT (request, recipient) DO NOTHING
    RETURNING 1
  )
  SELECT count(*) FROM made
$sminion$;

-- functions/requests/lock_obligations.sql
-- Lets one transaction at a time add requests or disclosures: a request that is opened while a disclosure of its person is recorded sees it,
-- or is seen by it. Tries it for 5 seconds: an officer's client may leave a transaction open. Like sminion.lock_merges it never stands in the
-- queue of the lock, since the caller holds states.
CREATE FUNCTION sminion.lock_obligations() RETURNS void
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
BEGIN
  FOR attempt IN 1 .. 250 LOOP
    BEGIN
      LOCK TABLE sminion.register_lock IN SHARE ROW EXCLUSIVE MODE NOWAIT;
      RETURN;
    EXCEPTION WHEN lock_not_available THEN
      PERFORM pg_sleep(0.02);
    END;
  END LOOP;
  RAISE EXCEPTION USING ERRCODE = 'SG535',
    MESSAGE = 'another officer is recording requests or disclosures, and has not committed',
    DETAIL = format('The register is locked by %s.', sminion.transactions_named(ARRAY(
      SELECT DISTINCT l.virtualtransaction FROM pg_locks l
      WHERE l.relation = 'sminion.register_lock'::regclass AND l.granted AND l.mode = 'ShareRowExclusiveLock'))),
    HINT = 'Call it again when that transaction has ended, or end it.';
END
$sminion$;

-- functions/disclosure/permit_disclosure.sql
-- Refuses what the policy in force does not let a recipient have, and returns what of it goes on record. Whoever passed it on all the same
-- has an incident to report.
CREATE FUNCTION sminion.permit_disclosure(
  recipient text, purpose text, categories text[], moment timestamptz, keys_decide boolean, OUT contract text, OUT epoch integer
)
LANGUAGE plpgsql
STABLE
SET search_path = pg_catalog, pg_temp
AS $sminion$
#variable_conflict use_column
DECLARE
  said     jsonb;
  whole    jsonb;
  in_force integer;
  unknown  text;
BEGIN
  SELECT v.document -> 'recipients' -> permit_disclosure.recipient, v.document, v.epoch INTO said, whole, in_force
  FROM sminion.policy p JOIN sminion.policy_version v ON v.epoch = p.epoch;
  IF said IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'SG701',
      MESSAGE = format('the policy in force has no recipient `%s`', coalesce(sminion.log_text(permit_disclosure.recipient, 80), 'NULL')),
      HINT = 'See `sminion-guard policy show`; declare `[recipient.NAME]` with its contract.';
  ELSIF NOT coalesce(said -> 'purposes' ? permit_disclosure.purpose, false) THEN
    RAISE EXCEPTION USING ERRCODE = 'SG701',
      MESSAGE = format('recipient `%s` gets no data for purpose `%s`', permit_disclosure.recipient,
                       coalesce(sminion.log_text(permit_disclosure.purpose, 80), 'NULL')),
      HINT = 'Pass a purpose that `[recipient.NAME]` lists.';
  ELSIF (permit_disclosure.moment AT TIME ZONE (whole ->> 'timezone'))::date > (said ->> 'until')::date THEN
    RAISE EXCEPTION USING ERRCODE = 'SG701',
      MESSAGE = format('the contract with recipient `%s` ended on %s', permit_disclosure.recipient, said ->> 'until'),
      HINT = 'Renew the contract and its `until` in the policy; what went out after its end is an incident: open a request `misconduct`.';
  ELSIF array_position(permit_disclosure.categories, NULL) IS NOT NULL OR said -> 'never' ?| permit_disclosure.categories THEN
    RAISE EXCEPTION USING ERRCODE = 'SG701',
      MESSAGE = format('recipient `%s` never gets %s', permit_disclosure.recipient, coalesce(
        (SELECT string_agg(format('`%s`', c), ', ' ORDER BY c) FROM unnest(permit_disclosure.categories) c WHERE said -> 'never' ? c),
        'data of no category')),
      HINT = 'Pass the categories that were disclosed; one that the recipient never gets is an incident: open a request `misconduct`.';
  END IF;
  SELECT min(c) INTO unknown FROM unnest(permit_disclosure.categories) c
  WHERE c <> 'none' AND jsonb_typeof(said -> 'gives') = 'array' AND NOT said -> 'gives' ? c
    -- a key that decided which rows are sent, and is not sent itself
    AND NOT (c = 'key' AND permit_disclosure.keys_decide);
  IF unknown IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'SG701',
      MESSAGE = format('the contract with recipient `%s` does not cover `%s`', permit_disclosure.recipient, sminion.log_text(unknown, 80)),
      HINT = 'Pass categories of `gives` in the policy; another one that was disclosed is an incident: open a request `misconduct`.';
  END IF;
  -- A slip of the keyboard must not go round what the recipient never gets.
  SELECT min(c) INTO unknown FROM unnest(permit_disclosure.categories) c
  WHERE NOT EXISTS (SELECT FROM jsonb_path_query(whole, '$.schemas.*.tables.*.columns.*') h WHERE h #>> '{}' = c);
  IF unknown IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'SG701',
      MESSAGE = format('no column of the policy in force has the category `%s`', sminion.log_text(unknown, 80)),
      HINT = 'Pass categories of the policy; see `sminion-guard policy show`.';
  END IF;
  contract := said ->> 'contract';
  epoch := in_force;
END
$sminion$;

-- functions/requests/record_disclosure.sql
-- Records that data of some people were passed on to a recipient of the policy, and returns the number. Open requests of these people get an
-- obligation to tell the recipient. What the policy does not permit is refused: whoever passed it on all the same has an
-- incident to report, and no line to add here.
--
-- For many people, pass some thousands of keys in a call.
CREATE FUNCTION sminion.record_disclosure(
  recipient text, purpose text, categories text[], subjects text[], reason text, disclosed_at timestamptz DEFAULT NULL, actor text DEFAULT NULL,
  kind text DEFAULT NULL
) RETURNS bigint
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
#variable_conflict use_column
DECLARE
  permitted record;
  moment   timestamptz := coalesce(record_disclosure.disclosed_at, clock_timestamp());
  keys     text[];
  number   bigint;
BEGIN
  PERFORM sminion.require_read_committed();
  permitted := sminion.permit_disclosure(
    record_disclosure.recipient, record_disclosure.purpose, record_disclosure.categories, moment, false);
  IF coalesce(cardinality(record_disclosure.categories), 0) = 0 THEN
    RAISE EXCEPTION USING ERRCODE = 'SG701',
      MESSAGE = format('recipient `%s` never gets data of no category', record_disclosure.recipient),
      HINT = 'Pass the categories that were disclosed.';
  ELSIF moment > clock_timestamp() + interval '1 minute' THEN
    RAISE EXCEPTION USING ERRCODE = 'SG522',
      MESSAGE = format('nothing can have been disclosed at %s', moment),
      HINT = 'Pass the moment when it was disclosed, or leave `disclosed_at` out.';
  END IF;
  keys := ARRAY(SELECT DISTINCT sminion.subject_key(k, record_disclosure.kind) FROM unnest(record_disclosure.subjects) k);
  IF cardinality(keys) = 0 THEN
    RAISE EXCEPTION USING ERRCODE = 'SG504', MESSAGE = 'no subject is named',
      HINT = 'Pass an array of keys, such as `ARRAY(SELECT id::text FROM ...)`.';
  END IF;
  INSERT INTO sminion.disclosure AS d (disclosed_at, actor, recipient, contract, purpose, categories, persons, reason, epoch)
  VALUES (moment, sminion.require_actor(record_disclosure.actor), record_disclosure.recipient, permitted.contract, record_disclosure.purpose,
          ARRAY(SELECT DISTINCT sminion.log_text(c, 80) FROM unnest(record_disclosure.categories) c ORDER BY 1), cardinality(keys),
          sminion.require_reason(record_disclosure.reason), permitted.epoch)
  RETURNING d.id INTO number;
  INSERT INTO sminion.disclosure_subject (disclosure, subject) SELECT number, k FROM unnest(keys) k;
  PERFORM sminion.record_act('disclosure', jsonb_build_object(
    'disclosure', number, 'recipient', record_disclosure.recipient, 'purpose', record_disclosure.purpose,
    'categories', to_jsonb(record_disclosure.categories), 'persons', cardinality(keys)), NULL);
  PERFORM sminion.lock_obligations();
  PERFORM sminion.make_obligations(keys);
  RETURN number;
END
$sminion$;
COMMENT ON FUNCTION sminion.record_disclosure(text, text, text[], text[], text, timestamptz, text, text) IS
  'records that data of people were passed on to a recipient; its number';

-- functions/requests/settle_obligation.sql
-- Records what was done to tell a recipient: told, failed, acknowledged or waived. Telling twice says it once; an acknowledgement stands for
-- the telling too. `waived` is for what is impossible or out of proportion, with the reason (GDPR article 19).
CREATE FUNCTION sminion.settle_obligation(id bigint, what text, how text, actor text DEFAULT NULL) RETURNS void
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  duty   sminion.obligation;
  row_of sminion.request;
BEGIN
  SELECT o.* INTO duty FROM sminion.obligation o WHERE o.id = settle_obligation.id;
  IF NOT FOUND OR coalesce(settle_obligation.what, '') NOT IN ('told', 'failed', 'acknowledged', 'waived') THEN
    RAISE EXCEPTION USING ERRCODE = 'SG522',
      MESSAGE = CASE WHEN duty.id IS NULL THEN format('there is no obligation %s', coalesce(settle_obligation.id::text, 'NULL'))
        ELSE format('an obligation cannot be `%s`', coalesce(sminion.log_text(settle_obligation.what, 40), 'NULL')) END,
      HINT = 'See `sminion.obligation_status`; say told, failed, acknowledged or waived.';
  END IF;
  -- The request first, as in close_request.
  SELECT r.* INTO row_of FROM sminion.request r WHERE r.id = duty.request FOR UPDATE;
  SELECT o.* INTO duty FROM sminion.obligation o WHERE o.id = settle_obligation.id FOR UPDATE;
  IF settle_obligation.what = 'told' AND duty.told_at IS NOT NULL THEN
    RETURN;
  END IF;
  PERFORM sminion.record_request_event(
    row_of.id, settle_obligation.what, jsonb_build_object('obligation', duty.id, 'recipient', duty.recipient), settle_obligation.how,
    settle_obligation.actor);
  UPDATE sminion.obligation o SET
    attempts = o.attempts + (settle_obligation.what IN ('told', 'failed'))::integer,
    told_at = CASE WHEN settle_obligation.what IN ('told', 'acknowledged') THEN coalesce(o.told_at, clock_timestamp()) ELSE o.told_at END,
    acknowledged_at = CASE settle_obligation.what WHEN 'acknowledged' THEN clock_timestamp() ELSE o.acknowledged_at END,
    waived_at = CASE settle_obligation.what WHEN 'waived' THEN clock_timestamp() ELSE o.waived_at END
  WHERE o.id = duty.id;
END
$sminion$;
COMMENT ON FUNCTION sminion.settle_obligation(bigint, text, text, text) IS 'records what was done to tell a recipient of a request';

-- functions/disclosure/own_transfer.sql
-- Refuses an export that this login has not begun, or that has ended; else its recipient, purpose and categories. Locks it against a second end, and
-- against people that another session of the login names meanwhile: it waits for transactions that have named some. One that began before cannot
-- see the end, so the row is written anew: whoever locks it in such a transaction fails. See sminion.naming.
CREATE FUNCTION sminion.own_transfer(disclosure bigint) RETURNS sminion.disclosure
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
#variable_conflict use_column
DECLARE
  begun sminion.disclosure;
BEGIN
  PERFORM sminion.require_read_committed();
  SELECT d.* INTO begun FROM sminion.disclosure d WHERE d.id = own_transfer.disclosure AND d.login = session_user;
  -- not the row of sminion.disclosure, which maintenance may want
  PERFORM FROM sminion.transfer t WHERE t.disclosure = begun.id FOR NO KEY UPDATE;
  IF NOT FOUND OR EXISTS (SELECT FROM sminion.transfer_end e WHERE e.disclosure = own_transfer.disclosure) THEN
    RAISE EXCEPTION USING ERRCODE = 'SG729',
      MESSAGE = format('export %s is none that this login has begun and not ended', coalesce(own_transfer.disclosure::text, 'NULL')),
      HINT = 'Begin another one: `sminion-guard export run`.';
  END IF;
  UPDATE sminion.transfer t SET expires_at = t.expires_at WHERE t.disclosure = own_transfer.disclosure;
  RETURN begun;
END
$sminion$;

-- functions/disclosure/groups_remembered_for.sql
-- How long the groups of an export are remembered.
CREATE FUNCTION sminion.groups_remembered_for() RETURNS interval
LANGUAGE sql
IMMUTABLE
SET search_path = pg_catalog, pg_temp
RETURN interval '400 days';

-- functions/disclosure/group_minimum.sql
-- The smallest group of people that a recipient of the policy in force gets; NULL where it may get rows of one person.
CREATE FUNCTION sminion.group_minimum(recipient text) RETURNS integer
LANGUAGE sql
STABLE
SET search_path = pg_catalog, pg_temp
AS $sminion$
  SELECT (v.document -> 'recipients' -> group_minimum.recipient ->> 'k')::integer
  FROM sminion.policy p JOIN sminion.policy_version v ON v.epoch = p.epoch
$sminion$;

-- functions/disclosure/group_mark.sql
-- Stands for a person in the groups of a recipient. Keys that are merged are one person.
CREATE FUNCTION sminion.group_mark(salt bytea, subject text) RETURNS bigint
LANGUAGE sql
STABLE
SET search_path = pg_catalog, pg_temp
AS $sminion$
  SELECT ('x' || encode(substr(sha256(group_mark.salt || convert_to(
    CASE WHEN EXISTS (
      SELECT FROM sminion.subject_merge m
      WHERE m.ended_at IS NULL AND (m.one = group_mark.subject COLLATE "C" OR m.other = group_mark.subject COLLATE "C"))
    THEN (sminion.same_person(group_mark.subject))[1] ELSE group_mark.subject END, 'UTF8')), 1, 8), 'hex'))::bit(64)::bigint
$sminion$;

-- functions/disclosure/group_buckets.sql
-- How many marks have each value of the last four bits.
CREATE FUNCTION sminion.group_buckets(persons bigint[]) RETURNS integer[]
LANGUAGE sql
IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $sminion$
  SELECT array_agg(coalesce(c.many, 0) ORDER BY i.bucket)
  FROM generate_series(0, 15) AS i (bucket)
  LEFT JOIN (SELECT (p & 15)::integer AS bucket, count(*)::integer AS many FROM unnest(group_buckets.persons) p GROUP BY 1) c
    ON c.bucket = i.bucket
$sminion$;

-- functions/disclosure/group_digest.sql
-- Of marks in order: equal for equal groups.
CREATE FUNCTION sminion.group_digest(persons bigint[]) RETURNS bytea
LANGUAGE sql
IMMUTABLE
SET search_path = pg_catalog, pg_temp
RETURN sha256(convert_to(array_to_string(group_digest.persons, ','), 'UTF8'));

-- functions/disclosure/group_support.sql
-- How many people have a sum other than 0 when the groups of `plus` count once for each of their people, and those of `less_one` and `less_other`
-- are taken away.
CREATE FUNCTION sminion.group_support(plus bigint[], less_one bigint[], less_other bigint[]) RETURNS bigint
LANGUAGE sql
IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $sminion$
  SELECT count(*) FROM (
    SELECT u.person FROM (
      SELECT unnest(group_support.plus) AS person, 1 AS sign
      UNION ALL SELECT unnest(group_support.less_one), -1
      UNION ALL SELECT unnest(group_support.less_other), -1) u
    GROUP BY u.person HAVING sum(u.sign) <> 0) s
$sminion$;

-- functions/disclosure/begin_groups.sql
-- Makes the salt of a recipient with `k` that has none.
CREATE FUNCTION sminion.begin_groups(recipient text) RETURNS void
LANGUAGE sql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
  INSERT INTO sminion.group_salt (recipient, salt)
  SELECT begin_groups.recipient, sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()))
  WHERE sminion.group_minimum(begin_groups.recipient) IS NOT NULL
  ON CONFLICT DO NOTHING
$sminion$;

-- functions/disclosure/isolated_by.sql
-- Whether the groups of an export isolate fewer than `k` people, together with each other and with groups that the recipient has already: the
-- export that has the other group (the latest of them), or NULL.
--
-- Two groups, or three, are put together with a sign each: what is left must be nobody, or `k` people at least. New groups have `k` people or more,
-- so where all signs are the same enough are left. So one group, the whole, has another sign than one or two others, its parts, and each part has
-- fewer than `k` people who are not in the whole. Such pairs are looked for first: among the people of a part with the lowest marks, then by buckets,
-- then by all of its people. Two groups of the same people can differ by rows: an order of somebody who has others.
CREATE FUNCTION sminion.isolated_by(disclosure bigint, recipient text, k integer) RETURNS bigint
LANGUAGE plpgsql
STABLE
SET search_path = pg_catalog, pg_temp
SET jit = off
SET work_mem = '64MB'
-- Nobody can estimate how often people meet, and a nested loop over all of them would not end.
SET enable_nestloop = off
AS $sminion$
#variable_conflict use_column
DECLARE
  found record;
  other bigint;
BEGIN
  -- Groups of the same people by other rows of a table: whose rows they do not share must be many.
  SELECT max(o.disclosure) INTO other FROM sminion.sent_group f
  JOIN sminion.sent_group o ON o.digest = f.digest AND o.source = f.source
  JOIN sminion.disclosure d ON d.id = o.disclosure
  LEFT JOIN sminion.transfer_end e ON e.disclosure = o.disclosure
  WHERE f.disclosure = isolated_by.disclosure AND d.recipient = isolated_by.recipient AND o.counts <> f.counts
    AND (o.disclosure = isolated_by.disclosure
      OR (e.state = 'finished' AND e.at > clock_timestamp() - sminion.groups_remembered_for()))
    AND (SELECT count(*) FROM unnest(f.counts, o.counts) AS u (one, two) WHERE u.one <> u.two) < isolated_by.k;
  IF other IS NOT NULL THEN
    RETURN other;
  END IF;
  FOR found IN
  WITH known AS MATERIALIZED (
    -- Groups of the same people are one: the one that the recipient has already, where it has one.
    SELECT row_number() OVER () AS id, u.* FROM (
      SELECT DISTINCT ON (g.digest) g.disclosure, g.number, g.size, g.buckets AS b, g.disclosure = isolated_by.disclosure AS fresh
      FROM sminion.sent_group g JOIN sminion.disclosure d ON d.id = g.disclosure
      LEFT JOIN sminion.transfer_end e ON e.disclosure = g.disclosure
      WHERE d.recipient = isolated_by.recipient AND g.size > 0
        AND (g.disclosure = isolated_by.disclosure
          OR (e.state = 'finished' AND e.at > clock_timestamp() - sminion.groups_remembered_for()))
      ORDER BY g.digest, g.disclosure = isolated_by.disclosure, g.disclosure DESC) u
  ), member AS MATERIALIZED (
    SELECT n.id, n.fresh, p.person, p.place <= 3 * isolated_by.k AS low
    FROM known n JOIN sminion.sent_group g ON (g.disclosure, g.number) = (n.disclosure, n.number)
    CROSS JOIN LATERAL unnest(g.persons) WITH ORDINALITY AS p (person, place)
  ), met AS (
    SELECT m.whole, m.part, count(*) AS many FROM (
      SELECT z.id AS whole, s.id AS part FROM member z JOIN member s ON s.person = z.person WHERE z.fresh AND s.low
      UNION ALL
      SELECT z.id, s.id FROM member z JOIN member s ON s.person = z.person WHERE NOT z.fresh AND s.fresh AND s.low) m
    WHERE m.whole <> m.part
    GROUP BY m.whole, m.part
    UNION ALL
    -- From before `k` was raised: too few to be outside of anything.
    SELECT z.id, s.id, s.size FROM known z CROSS JOIN known s WHERE z.fresh AND s.size < isolated_by.k
  ), met_often AS MATERIALIZED (
    SELECT z.id AS whole, s.id AS part FROM met m JOIN known z ON z.id = m.whole JOIN known s ON s.id = m.part
    WHERE m.many > least(3 * isolated_by.k, s.size) - isolated_by.k
      AND
      greatest(s.b[1] - z.b[1], 0) + greatest(s.b[2] - z.b[2], 0) + greatest(s.b[3] - z.b[3], 0) + greatest(s.b[4] - z.b[4], 0)
      + greatest(s.b[5] - z.b[5], 0) + greatest(s.b[6] - z.b[6], 0) + greatest(s.b[7] - z.b[7], 0) + greatest(s.b[8] - z.b[8], 0)
      + greatest(s.b[9] - z.b[9], 0) + greatest(s.b[10] - z.b[10], 0) + greatest(s.b[11] - z.b[11], 0) + greatest(s.b[12] - z.b[12], 0)
      + greatest(s.b[13] - z.b[13], 0) + greatest(s.b[14] - z.b[14], 0) + greatest(s.b[15] - z.b[15], 0) + greatest(s.b[16] - z.b[16], 0)
      < isolated_by.k
    GROUP BY z.id, s.id
  ), inside AS MATERIALIZED (
    SELECT m.id, m.person FROM member m WHERE m.id IN (SELECT o.whole FROM met_often o)
  ), near AS MATERIALIZED (
    SELECT o.whole, o.part, count(*) FILTER (WHERE i.person IS NULL) AS outside
    FROM met_often o JOIN member s ON s.id = o.part
    LEFT JOIN inside i ON i.id = o.whole AND i.person = s.person
    GROUP BY o.whole, o.part
    HAVING count(*) FILTER (WHERE i.person IS NULL) < isolated_by.k
  ), three AS (
    SELECT n.whole, n.part, o.part AS other FROM near n JOIN near o ON o.whole = n.whole AND o.part > n.part
    UNION ALL
    -- A whole and a part that the recipient has, and another part that is new.
    SELECT n.whole, n.part, y.id
    FROM near n JOIN known z ON z.id = n.whole JOIN known x ON x.id = n.part
    CROSS JOIN (VALUES (-1), (0), (1)) AS w (step)
    JOIN known y ON y.size / (2 * isolated_by.k) = greatest(z.size - x.size, 0) / (2 * isolated_by.k) + w.step
    WHERE NOT z.fresh AND NOT y.fresh AND y.id <> n.whole
  )
  SELECT z.disclosure AS one, s.disclosure AS other, NULL::bigint AS third, NULL::bigint AS alone,
         NULL::bigint AS zn, NULL::bigint AS xn, NULL::bigint AS yn
  FROM near n JOIN known z ON z.id = n.whole JOIN known s ON s.id = n.part
  WHERE z.size - s.size + 2 * n.outside < isolated_by.k
  UNION ALL
  SELECT z.disclosure, x.disclosure, y.disclosure, 0, z.number, x.number, y.number
  FROM three t JOIN known z ON z.id = t.whole JOIN known x ON x.id = t.part JOIN known y ON y.id = t.other
  -- What is left has the sums -2 to 1, so the sizes differ by less than twice `k`, and so do all buckets together.
  WHERE abs(z.size - x.size - y.size) < 2 * isolated_by.k - 1
    AND
      abs(z.b[1] - x.b[1] - y.b[1]) + abs(z.b[2] - x.b[2] - y.b[2]) + abs(z.b[3] - x.b[3] - y.b[3]) + abs(z.b[4] - x.b[4] - y.b[4])
      + abs(z.b[5] - x.b[5] - y.b[5]) + abs(z.b[6] - x.b[6] - y.b[6]) + abs(z.b[7] - x.b[7] - y.b[7]) + abs(z.b[8] - x.b[8] - y.b[8])
      + abs(z.b[9] - x.b[9] - y.b[9]) + abs(z.b[10] - x.b[10] - y.b[10]) + abs(z.b[11] - x.b[11] - y.b[11])
      + abs(z.b[12] - x.b[12] - y.b[12]) + abs(z.b[13] - x.b[13] - y.b[13]) + abs(z.b[14] - x.b[14] - y.b[14])
      + abs(z.b[15] - x.b[15] - y.b[15]) + abs(z.b[16] - x.b[16] - y.b[16])
      < 2 * isolated_by.k - 1
  LOOP
    IF found.alone IS NOT NULL THEN
      SELECT sminion.group_support(z.persons, x.persons, y.persons) INTO found.alone
      FROM sminion.sent_group z, sminion.sent_group x, sminion.sent_group y
      WHERE (z.disclosure, z.number) = (found.one, found.zn) AND (x.disclosure, x.number) = (found.other, found.xn)
        AND (y.disclosure, y.number) = (found.third, found.yn);
      CONTINUE WHEN found.alone NOT BETWEEN 1 AND isolated_by.k - 1;
    END IF;
    -- The one of them that is not this export, where there is one.
    RETURN coalesce(
      (SELECT max(d) FROM unnest(ARRAY[found.one, found.other, found.third]) d WHERE d <> isolated_by.disclosure), isolated_by.disclosure);
  END LOOP;
  RETURN NULL;
END
$sminion$;

-- functions/disclosure/check_groups.sql
-- Refuses the end of an export to a recipient with `k` whose groups are too small, or isolate people against what the recipient has already. Exports to
-- one recipient are checked one after the other: nobody but an export to the same recipient waits for the row of its salt. Refusals name no
-- people, and no sizes.
CREATE FUNCTION sminion.check_groups(own sminion.disclosure) RETURNS void
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
#variable_conflict use_column
DECLARE
  k       CONSTANT integer := sminion.group_minimum(own.recipient);
  -- groups and people of all of them
  most    CONSTANT integer[] := ARRAY[5000, 5000000];
  many    bigint;
  people  bigint;
  other   bigint;
BEGIN
  IF k IS NULL THEN
    RETURN;
  END IF;
  PERFORM FROM sminion.group_salt s WHERE s.recipient = own.recipient FOR UPDATE;
  IF NOT FOUND THEN
    -- The policy had no `k` when the export began, so its people were named in no groups.
    RAISE EXCEPTION USING ERRCODE = 'SG746',
      MESSAGE = format('recipient `%s` gets groups, and this export has named none', own.recipient),
      HINT = 'Run it again: `sminion-guard export run`.';
  END IF;
  SELECT count(*) INTO many FROM sminion.sent_group g WHERE g.disclosure = own.id AND g.size BETWEEN 1 AND k - 1;
  IF many > 0 THEN
    RAISE EXCEPTION USING ERRCODE = 'SG743',
      MESSAGE = format('%s of the groups for recipient `%s` have fewer than %s people', many, own.recipient, k),
      DETAIL = 'What is counted or summed up has groups of its own: the people of the rows that have a value.',
      HINT = format('Make the groups coarser, or leave small ones out: `HAVING count(DISTINCT ...) >= %s` with the column that leads to the person.', k);
  END IF;
  SELECT count(*), coalesce(sum(r.size), 0) INTO many, people FROM (
    SELECT DISTINCT ON (g.digest) g.size FROM sminion.sent_group g JOIN sminion.disclosure d ON d.id = g.disclosure
    LEFT JOIN sminion.transfer_end e ON e.disclosure = g.disclosure
    WHERE d.recipient = own.recipient AND (g.disclosure = own.id
      OR (e.state = 'finished' AND e.at > clock_timestamp() - sminion.groups_remembered_for()))) r;
  IF many > most[1] OR people > most[2] THEN
    RAISE EXCEPTION USING ERRCODE = 'SG745',
      MESSAGE = format('recipient `%s` has too many groups to compare with', own.recipient),
      DETAIL = format('%s groups with %s people together are remembered, for 400 days; at most %s groups and %s people are compared.',
                      many, people, most[1], most[2]),
      HINT = 'Send fewer and coarser groups, or wait until older ones are forgotten.';
  END IF;
  other := sminion.isolated_by(own.id, own.recipient, k);
  IF other IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'SG744',
      MESSAGE = CASE WHEN other = own.id THEN format('groups of this export isolate fewer than %s people, one against another', k)
        ELSE format('with export %s, which recipient `%s` has already, it would isolate fewer than %s people', other, own.recipient, k) END,
      DETAIL = 'Groups that differ by a few people tell of these few. So does a report that is repeated when a few have come or gone.',
      HINT = 'Make the groups coarser, leave groups out with HAVING, or wait until they differ by more people.';
  END IF;
END
$sminion$;

-- functions/disclosure/forget_in_groups.sql
-- Puts a random number in the place of a person in the groups that are remembered, the same one in all groups of a recipient: nobody can find the
-- person again, and the groups still differ by as many people as they did. Without it, whoever is erased would be isolated by the next export.
-- A group that an export names again at this moment is left out, and nobody waits for the export: maintenance comes again, see
-- sminion.forget_groups.
CREATE FUNCTION sminion.forget_in_groups(subject text) RETURNS void
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
#variable_conflict use_column
DECLARE
  one     record;
  instead bigint;
BEGIN
  FOR one IN SELECT s.recipient, sminion.group_mark(s.salt, forget_in_groups.subject) AS mark FROM sminion.group_salt s LOOP
    -- The last four bits stay, and with them the buckets.
    instead := (('x' || encode(substr(sha256(uuid_send(gen_random_uuid())), 1, 8), 'hex'))::bit(64)::bigint & ~15::bigint) | (one.mark & 15);
    UPDATE sminion.sent_group g SET persons = n.persons, counts = n.counts, digest = sminion.group_digest(n.persons)
    FROM (
      SELECT o.* FROM sminion.sent_group o
      WHERE o.persons @> ARRAY[one.mark] AND o.disclosure IN (SELECT d.id FROM sminion.disclosure d WHERE d.recipient = one.recipient)
      FOR NO KEY UPDATE SKIP LOCKED) o
    CROSS JOIN LATERAL (
      SELECT array_agg(u.p ORDER BY u.p), array_agg(u.c ORDER BY u.p)
      FROM unnest(array_replace(o.persons, one.mark, instead), o.counts) AS u (p, c)) AS n (persons, counts)
    WHERE (g.disclosure, g.number) = (o.disclosure, o.number);
  END LOOP;
END
$sminion$;

-- functions/disclosure/forget_groups.sql
-- Deletes groups that are not remembered: of exports that nobody got, of those that are too old, and of equal ones all but the latest. Then the salts
-- that nothing was hashed with.
CREATE FUNCTION sminion.forget_groups() RETURNS void
LANGUAGE sql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
  -- An export that was under way when somebody was erased may have named the person afterwards.
  SELECT sminion.forget_in_groups(substr(e.holder, 9)) FROM sminion.erasure e
  WHERE e.holder LIKE 'subject:%' AND EXISTS (SELECT FROM sminion.sent_group);
  DELETE FROM sminion.sent_group g USING sminion.transfer t LEFT JOIN sminion.transfer_end e ON e.disclosure = t.disclosure
  WHERE t.disclosure = g.disclosure
    -- A day for clients that are slow to end: what the server has of them would be missing.
    AND (e.state = 'failed' OR e.at <= clock_timestamp() - sminion.groups_remembered_for()
      OR (e.state IS NULL AND t.expires_at < clock_timestamp() - interval '1 day'));
  WITH equal AS (
    SELECT g.disclosure, g.number, row_number() OVER (PARTITION BY d.recipient, g.source, g.digest, g.counts ORDER BY g.disclosure DESC, g.number) AS nth
    FROM sminion.sent_group g JOIN sminion.disclosure d ON d.id = g.disclosure
    JOIN sminion.transfer_end e ON e.disclosure = g.disclosure AND e.state = 'finished')
  DELETE FROM sminion.sent_group g USING equal q
  WHERE q.nth > 1 AND (g.disclosure, g.number) = (q.disclosure, q.number);
  DELETE FROM sminion.group_salt s
  WHERE NOT EXISTS (
    SELECT FROM sminion.sent_group g JOIN sminion.disclosure d ON d.id = g.disclosure WHERE d.recipient = s.recipient)
    AND NOT EXISTS (
      SELECT FROM sminion.transfer t JOIN sminion.disclosure d ON d.id = t.disclosure
      WHERE d.recipient = s.recipient AND t.expires_at > clock_timestamp() - interval '1 day'
        AND NOT EXISTS (SELECT FROM sminion.transfer_end e WHERE e.disclosure = t.disclosure))
$sminion$;

-- functions/disclosure/open_transfer.sql
-- Begins an export to a recipient: writes what is asked into the register, and opens the ticket that the rows are read under. The ticket opens
-- nothing before both are committed, so no row is read that is not on record. Ends with finish_transfer or fail_transfer.
--
-- The server cannot see where a client sends what it reads: it relies on the client for `columns`, `categories` and the query. What it holds
-- by itself: the recipient, its purposes and categories, the end of its contract, and everything that a ticket does: under it nothing is read
-- that the recipient never gets.
CREATE FUNCTION sminion.open_transfer(
  recipient text, purpose text, actor text, reason text, query text, query_sha256 bytea, columns text[], categories text[],
  schemas text[] DEFAULT NULL, unit text DEFAULT NULL, basis_ref text DEFAULT NULL, "values" jsonb DEFAULT NULL,
  OUT disclosure bigint, OUT token text
)
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
#variable_conflict use_column
DECLARE
  permitted record;
  asked     jsonb;
  made      text;
  number    bigint;
BEGIN
  PERFORM sminion.require_read_committed();
  permitted := sminion.permit_disclosure(open_transfer.recipient, open_transfer.purpose, open_transfer.categories, clock_timestamp(), true);
  SELECT v.document -> 'purposes' -> open_transfer.purpose INTO asked FROM sminion.policy_version v WHERE v.epoch = permitted.epoch;
  IF NOT asked -> 'may' ? 'transfer' THEN
    RAISE EXCEPTION USING ERRCODE = 'SG701',
      MESSAGE = format('purpose `%s` transfers no data', open_transfer.purpose),
      HINT = 'Add `transfer` to `may` of the purpose, if people were told so.';
  ELSIF asked ->> 'basis' IN ('mandatory_disclosure', 'vital_interest') AND coalesce(btrim(open_transfer.basis_ref), '') = '' THEN
    RAISE EXCEPTION USING ERRCODE = 'SG701',
      MESSAGE = format('a transfer for purpose `%s` says what it rests on', open_transfer.purpose),
      DETAIL = format('The purpose rests on `%s`.', asked ->> 'basis'),
      HINT = 'Pass `basis_ref` (`--basis-ref`): the number of the order, or of the case.';
  ELSIF coalesce(cardinality(open_transfer.columns), 0) = 0 OR array_position(open_transfer.columns, NULL) IS NOT NULL
    OR cardinality(open_transfer.columns) > 2000 OR coalesce(length(open_transfer.query_sha256), 0) <> 32
    OR coalesce(btrim(open_transfer.query), '') = '' OR open_transfer.categories IS NULL OR cardinality(open_transfer.categories) > 1000
  THEN
    RAISE EXCEPTION USING ERRCODE = 'SG729',
      MESSAGE = 'the register says what is asked: query, columns or categories are missing',
      HINT = 'Pass the query without its constants, the SHA-256 of all of it, the columns and their categories.';
  END IF;
  PERFORM sminion.begin_groups(open_transfer.recipient);
  -- First the register: the ticket rests on its row, see sminion.opening. Without actor or reason open_ticket refuses both.
  INSERT INTO sminion.disclosure AS d (disclosed_at, actor, recipient, contract, purpose, categories, reason, epoch)
  VALUES (clock_timestamp(), sminion.ticket_text('actor', open_transfer.actor, 200), open_transfer.recipient, permitted.contract,
          open_transfer.purpose, ARRAY(SELECT DISTINCT c FROM unnest(open_transfer.categories) c ORDER BY 1),
          coalesce(sminion.ticket_text('reason', open_transfer.reason, 1000), ''), permitted.epoch)
  RETURNING d.id INTO number;
  made := sminion.open_ticket(
    open_transfer.purpose, open_transfer.actor, open_transfer.reason, open_transfer.schemas, open_transfer.unit, open_transfer.basis_ref,
    NULL, open_transfer."values", disclosure => number);
  INSERT INTO sminion.transfer (disclosure, ticket, expires_at, basis_ref, columns, query, query_sha256)
  SELECT number, k.id, k.expires_at, k.basis_ref,
         ARRAY(SELECT sminion.log_text(c, 80) FROM unnest(open_transfer.columns) WITH ORDINALITY AS u (c, place) ORDER BY u.place),
         sminion.log_text(open_transfer.query, 8000), open_transfer.query_sha256
  FROM sminion.ticket k WHERE k.id = split_part(made, '.', 1)::bigint;
  PERFORM sminion.record_act('transfer', jsonb_build_object(
    'disclosure', number, 'recipient', open_transfer.recipient, 'purpose', open_transfer.purpose,
    'categories', to_jsonb(open_transfer.categories), 'query_sha256', encode(open_transfer.query_sha256, 'hex')), NULL);
  disclosure := number;
  token := made;
END
$sminion$;
COMMENT ON FUNCTION sminion.open_transfer(text, text, text, text, text, bytea, text[], text[], text[], text, text, jsonb) IS
  'begins an export to a recipient, on record; its number, and the token that its rows are read under';

-- functions/disclosure/row_persons.sql
-- Per subject column of a table the subject of a row of `alias`, found anew by way of its parents: SQL text for EXECUTE. NULL for a row
-- that is about nobody; an empty text where the row leads to a parent that is gone, and did not say whose it was.
CREATE FUNCTION sminion.row_persons(target sminion.protected_table, alias text DEFAULT 't', level integer DEFAULT 0) RETURNS text[]
LANGUAGE plpgsql
STABLE
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  parent sminion.protected_table;
  above  text := 'p' || level;
  own    text[];
BEGIN
  SELECT array_agg(
    CASE WHEN c.prefix = '' THEN format('%s.%I::text', alias, c.name)
      WHEN c.type = 'text' THEN format('%L || nullif(%s.%I::text, %L)', c.prefix, alias, c.name, '')
      ELSE format('%L || %s.%I::text', c.prefix, alias, c.name) END
    ORDER BY c.n)
  INTO own
  FROM unnest(target.subject_columns, target.key_types, target.prefixes) WITH ORDINALITY AS c (name, type, prefix, n);
  IF target.depth = 0 THEN
    RETURN own;
  END IF;
  SELECT t.* INTO STRICT parent FROM sminion.protected_table t
  WHERE t.schema_name = target.parent_schema AND t.table_name = target.parent_table;
  -- An array tells a parent that is about nobody from one that is not there.
  RETURN ARRAY[format(
    'CASE WHEN %1$s.%2$I IS NOT NULL THEN (coalesce((SELECT ARRAY[%3$s] FROM %4$I.%5$I AS %6$s WHERE %6$s.%7$I = %1$s.%2$I), '
    || 'ARRAY[coalesce(%8$s, %9$L)]))[1] END',
    alias, target.child_column, (sminion.row_persons(parent, above, level + 1))[1], parent.schema_name, parent.table_name, above,
    target.parent_key, own[1], '')];
END
$sminion$;

-- functions/disclosure/table_of_rows.sql
-- The table of the policy with data of people that a relation is, or is a partition of. Refuses every other one.
CREATE FUNCTION sminion.table_of_rows(relation regclass) RETURNS sminion.protected_table
LANGUAGE plpgsql
STABLE
SET search_path = pg_catalog, pg_temp
AS $sminion$
#variable_conflict use_column
DECLARE
  target sminion.protected_table;
BEGIN
  SELECT t.* INTO target FROM sminion.protected_table t
  JOIN pg_namespace n ON n.nspname = t.schema_name
  JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = t.table_name
  WHERE c.oid = table_of_rows.relation
    OR c.oid IN (SELECT a.relid FROM pg_partition_ancestors(table_of_rows.relation) a);
  IF NOT FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'SG732',
      MESSAGE = format('`%s` is no table with data of people', coalesce(table_of_rows.relation::text, 'NULL')),
      DETAIL = 'The policy in force lists no table with a subject that it is, or is a partition of.',
      HINT = 'Pass `tableoid` of rows of a table of the policy.';
  END IF;
  RETURN target;
END
$sminion$;

-- functions/disclosure/persons_of_rows.sql
-- Whose data stand in rows of a protected table: for each row, by its place, every person that it is about. No row for what is about nobody,
-- or is not there in the snapshot of the transaction; an empty subject where the row leads to a person that cannot be found.
--
-- relation: the table, or a partition of it: what `tableoid` of the rows says.
CREATE FUNCTION sminion.persons_of_rows(relation regclass, rows tid[], OUT place tid, OUT subject text) RETURNS SETOF record
LANGUAGE plpgsql
STABLE
SET search_path = pg_catalog, pg_temp
SET jit = off
-- For thousands of places the planner would read the whole table, in each call.
SET enable_seqscan = off
AS $sminion$
#variable_conflict use_column
DECLARE
  target sminion.protected_table := sminion.table_of_rows(persons_of_rows.relation);
BEGIN
  -- By the table itself: the guard holds nothing on partitions. There each partition counts its blocks from 0, hence tableoid.
  RETURN QUERY EXECUTE format(
    'SELECT DISTINCT t.ctid, s.subject FROM %I.%I AS t CROSS JOIN LATERAL unnest(ARRAY[%s]) AS s (subject) '
    || 'WHERE t.ctid = ANY ($1) AND t.tableoid = $2 AND s.subject IS NOT NULL',
    target.schema_name, target.table_name, array_to_string(sminion.row_persons(target), ', '))
  USING persons_of_rows.rows, persons_of_rows.relation::oid;
END
$sminion$;

-- functions/disclosure/subjects_of_rows.sql
-- Whose data stand in rows of a protected table, each person once: sminion.persons_of_rows without the places, in a fraction of the time, since an
-- export of millions of rows asks for each of them. An empty subject where a row leads to a person that cannot be found.
CREATE FUNCTION sminion.subjects_of_rows(relation regclass, rows tid[]) RETURNS SETOF text
LANGUAGE plpgsql
STABLE
SET search_path = pg_catalog, pg_temp
SET jit = off
-- As in sminion.persons_of_rows; and keys of people who come again and again are not sorted.
SET enable_seqscan = off
SET enable_sort = off
AS $sminion$
#variable_conflict use_column
DECLARE
  target sminion.protected_table := sminion.table_of_rows(subjects_of_rows.relation);
BEGIN
  -- COLLATE "C": a collation of the application may hold two keys for one.
  RETURN QUERY EXECUTE (
    SELECT format('SELECT DISTINCT u.subject FROM (%s) u WHERE u.subject IS NOT NULL', string_agg(format(
      'SELECT ((%s) COLLATE "C") AS subject FROM %I.%I AS t WHERE t.ctid = ANY ($1) AND t.tableoid = $2',
      p.subject, target.schema_name, target.table_name), ' UNION ALL '))
    FROM unnest(sminion.row_persons(target)) AS p (subject))
  USING subjects_of_rows.rows, subjects_of_rows.relation::oid;
END
$sminion$;

-- functions/disclosure/naming.sql
-- Refuses an export whose ticket is not the one that the transaction stands under, and a table that its compartment does not hold; else returns
-- what the policy says of the table. It locks the row of its own export, which nobody but its end wants: an export that stays open keeps nobody
-- else waiting. Without the lock, a transaction that began before the end would name people after it, and change what was compared.
CREATE FUNCTION sminion.naming(disclosure bigint, relation regclass) RETURNS sminion.protected_table
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
#variable_conflict use_column
DECLARE
  token  text := current_setting('sminion.token', true);
  acting name;
  held   text[];
  target sminion.protected_table;
BEGIN
  PERFORM FROM sminion.transfer t
  WHERE t.disclosure = naming.disclosure AND EXISTS (
    SELECT FROM sminion.ticket k
    WHERE k.id = t.ticket AND k.token_hash = sha256(convert_to(token, 'UTF8')) AND k.login = session_user)
  FOR SHARE;
  -- Asked when the lock is held: what committed before it is seen.
  IF NOT FOUND OR EXISTS (SELECT FROM sminion.transfer_end e WHERE e.disclosure = naming.disclosure) THEN
    RAISE EXCEPTION USING ERRCODE = 'SG729',
      MESSAGE = format('export %s is none that this transaction reads for', coalesce(naming.disclosure::text, 'NULL')),
      HINT = 'Activate its ticket with `sminion.enter`, or begin another one: `sminion-guard export run`.';
  END IF;
  SELECT k.role, c.tables INTO acting, held
  FROM sminion.ticket k JOIN sminion.compartment c ON c.role = k.role
  WHERE k.token_hash = sha256(convert_to(token, 'UTF8'));
  -- Raises where the ticket has expired, or was revoked.
  PERFORM sminion.context(acting, acting);
  target := sminion.table_of_rows(naming.relation);
  IF (target.schema_name || '.' || target.table_name = ANY (held)) IS NOT TRUE THEN
    RAISE EXCEPTION USING ERRCODE = 'SG732',
      MESSAGE = format('role `%s` does not reach `%s`', acting, coalesce(naming.relation::text, 'NULL')),
      HINT = 'Pass rows of a table that the export reads.';
  END IF;
  RETURN target;
END
$sminion$;

-- functions/disclosure/name_rows.sql
-- Adds the people of rows that an export sends to the register, at most 100,000 rows in a call: by the places of the rows, in the snapshot that
-- they were read in, so that a recipient's compartment needs no key of a person. It answers nothing, though the counters of PostgreSQL tell
-- how many people are new: see docs/DISCLOSURE.md, The register. Rows that are not there name nobody.
--
-- Open requests of these people get the obligation to tell the recipient with the next maintenance, or when they are closed: this only
-- inserts, and takes no lock that an officer or the application waits for. Who is erased from the log after the snapshot was taken is
-- removed again when the export ends, and by maintenance: see sminion.remove_erased.
CREATE FUNCTION sminion.name_rows(disclosure bigint, "table" regclass, rows tid[]) RETURNS void
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $sminion$
#variable_conflict use_column
DECLARE
  unnamed boolean;
BEGIN
  PERFORM sminion.naming(name_rows.disclosure, name_rows."table");
  IF coalesce(cardinality(name_rows.rows), 0) NOT BETWEEN 1 AND 100000 THEN
    RAISE EXCEPTION USING ERRCODE = 'SG729',
      MESSAGE = 'an export names people by rows, at most 100,000 in a call',
      HINT = 'Pass some places of rows (`ctid`), in several calls.';
  ELSIF EXISTS (
    SELECT FROM sminion.disclosure d WHERE d.id = name_rows.disclosure AND sminion.group_minimum(d.recipient) IS NOT NULL)
  THEN
    -- Nobody compares people who are in no group.
    RAISE EXCEPTION USING ERRCODE = 'SG746',
      MESSAGE = 'the recipient gets groups, and people of this export would be in none',
      HINT = 'Name the people of each group: `sminion.name_group`.';
  END IF;
  WITH found AS MATERIALIZED (
    SELECT s AS subject FROM sminion.subjects_of_rows(name_rows."table", name_rows.rows) s
  ), named AS (
    INSERT INTO sminion.disclosure_subject (disclosure, subject)
    SELECT name_rows.disclosure, f.subject FROM found f
    WHERE f.subject <> '' AND NOT EXISTS (SELECT FROM sminion.erasure e WHERE e.holder = 'subject:' || f.subject)
    ON CONFLICT DO NOTHING
  )
  SELECT EXISTS (SELECT FROM found f WHERE f.subject = '') INTO unnamed;
  IF unnamed THEN
    RAISE EXCEPTION USING ERRCODE = 'SG724',
      MESSAGE = 'some rows are about people who cannot be named',
      DETAIL = format('Rows of `%s` lead to no row that says whose they are.', name_rows."table"),
      HINT = 'Leave these rows out, or correct where they lead to.';
  END IF;
END
$sminion$;
COMMENT ON FUNCTION sminion.name_rows(bigint, regclass, tid[]) IS 'adds the people of rows that an export sends to the register';

-- functions/disclosure/name_table.sql
-- Adds everybody of a table to the register, for an export that shows the table and may not read it: a depersonalized view. Like
-- sminion.name_rows otherwise; rows that lead to nobody are shown by no view.
CREATE FUNCTION sminion.name_table(disclosure bigint, "table" regclass) RETURNS void
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $sminion$
#variable_conflict use_column
DECLARE
  target sminion.protected_table := sminion.naming(name_table.disclosure, name_table."table");
BEGIN
  EXECUTE format(
    'INSERT INTO sminion.disclosure_subject (disclosure, subject) '
    || 'SELECT DISTINCT $1, s.subject FROM %I.%I AS t CROSS JOIN LATERAL unnest(ARRAY[%s]) AS s (subject) '
    || 'WHERE s.subject <> %L AND NOT EXISTS (SELECT FROM sminion.erasure e WHERE e.holder = %L || s.subject) ON CONFLICT DO NOTHING',
    target.schema_name, target.table_name, array_to_string(sminion.row_persons(target), ', '), '', 'subject:')
  USING name_table.disclosure;
END
$sminion$;
COMMENT ON FUNCTION sminion.name_table(bigint, regclass) IS 'adds everybody of a table that an export shows in groups to the register';

-- functions/disclosure/name_group.sql
-- Names the people of a group that an export to a recipient with `k` is about, by the places of their rows. Called in the transaction that reads the
-- rows, so the places are those of its snapshot. Several calls with one number name one group. It answers nothing,
-- as sminion.name_rows.
--
-- What the server holds by itself: whom a row is about, and which tables the recipient reaches. What it takes from the client's word: which rows
-- make a group.
CREATE FUNCTION sminion.name_group(disclosure bigint, number bigint, relation oid, places tid[]) RETURNS void
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $sminion$
#variable_conflict use_column
DECLARE
  target   sminion.protected_table := sminion.naming(name_group.disclosure, name_group.relation::regclass);
  to_whom  text;
  key      bytea;
  subjects text[];
  many     bigint[];
  marks    bigint[];
  counts   integer[];
BEGIN
  SELECT d.recipient INTO to_whom FROM sminion.disclosure d WHERE d.id = name_group.disclosure;
  SELECT s.salt INTO key FROM sminion.group_salt s WHERE s.recipient = to_whom;
  IF NOT FOUND OR name_group.number IS NULL OR coalesce(cardinality(name_group.places), 0) = 0 THEN
    RAISE EXCEPTION USING ERRCODE = 'SG746',
      MESSAGE = format('this is no group for recipient `%s`', to_whom),
      HINT = 'Set `k` of the recipient in the policy, number the groups, and pass some places of rows (`ctid`).';
  END IF;
  SELECT coalesce(array_agg(p.subject), '{}'), coalesce(array_agg(p.many), '{}') INTO subjects, many FROM (
    -- A row that stands in the group several times counts several times: so much more it weighs.
    SELECT r.subject, sum(w.many)::bigint AS many
    FROM (SELECT u.place, count(*) AS many FROM unnest(name_group.places) AS u (place) GROUP BY u.place) w
    JOIN sminion.persons_of_rows(name_group.relation::regclass, (
      SELECT array_agg(DISTINCT u.place) FROM unnest(name_group.places) AS u (place))) r ON r.place = w.place
    GROUP BY r.subject) p;
  IF '' = ANY (subjects) THEN
    RAISE EXCEPTION USING ERRCODE = 'SG724',
      MESSAGE = 'some rows are about people who cannot be named',
      DETAIL = format('Rows of `%s` lead to no row that says whose they are.', name_group.relation::regclass),
      HINT = 'Leave these rows out, or correct where they lead to.';
  END IF;
  SELECT coalesce(array_agg(p.mark ORDER BY p.mark), '{}'), coalesce(array_agg(p.many ORDER BY p.mark), '{}') INTO marks, counts FROM (
    SELECT u.mark, least(sum(u.many), 2147483647)::integer AS many FROM (
      SELECT sminion.group_mark(key, s.subject) AS mark, s.many FROM unnest(subjects, many) AS s (subject, many)
      UNION ALL
      SELECT m.mark, m.many FROM sminion.sent_group g CROSS JOIN LATERAL unnest(g.persons, g.counts) AS m (mark, many)
      WHERE g.disclosure = name_group.disclosure AND g.number = name_group.number) u
    GROUP BY u.mark) p;
  INSERT INTO sminion.sent_group AS g (disclosure, number, source, persons, counts, size, buckets, digest)
  VALUES (name_group.disclosure, name_group.number, target.schema_name || '.' || target.table_name, marks, counts, cardinality(marks),
          sminion.group_buckets(marks), sminion.group_digest(marks))
  ON CONFLICT (disclosure, number) DO UPDATE
    SET source = excluded.source, persons = excluded.persons, counts = excluded.counts, size = excluded.size, buckets = excluded.buckets, digest = excluded.digest;
  INSERT INTO sminion.disclosure_subject (disclosure, subject)
  SELECT name_group.disclosure, s FROM unnest(subjects) s
  -- Who is erased from the log meanwhile is not brought back.
  WHERE NOT EXISTS (SELECT FROM sminion.erasure e WHERE e.holder = 'subject:' || s)
  ON CONFLICT DO NOTHING;
END
$sminion$;
COMMENT ON FUNCTION sminion.name_group(bigint, bigint, oid, tid[]) IS 'names the people of a group in an export, by the places of their rows';

-- functions/disclosure/remove_erased.sql
-- Takes out of exports whom the log has forgotten: a transaction that names people does not see an erasure that was committed after its
-- snapshot was taken, and brings back who had gone. Called when an export ends, and by maintenance for those that nobody ends.
-- Neither waits for the other: a client that stays in the transaction of its end takes the same people out, or maintenance does the next time.
--
-- disclosure: of the export; NULL for all.
CREATE FUNCTION sminion.remove_erased(disclosure bigint) RETURNS void
LANGUAGE sql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
  DELETE FROM sminion.disclosure_subject r USING (
    SELECT s.disclosure, s.subject FROM sminion.erasure e
    JOIN sminion.disclosure_subject s ON s.subject = substr(e.holder, 9) COLLATE "C"
    WHERE starts_with(e.holder, 'subject:') AND (remove_erased.disclosure IS NULL OR s.disclosure = remove_erased.disclosure)
      AND EXISTS (SELECT FROM sminion.transfer t WHERE t.disclosure = s.disclosure)
    FOR UPDATE OF s SKIP LOCKED) g
  WHERE (r.disclosure, r.subject) = (g.disclosure, g.subject)
$sminion$;

-- functions/disclosure/opening.sql
-- To whom an export that is just beginning goes, and when the contract with the recipient ends: what a ticket for it stands on. The row of the
-- register is the proof: it was written by this login in this transaction, and no ticket was opened for it yet. Only
-- sminion.open_transfer leaves such a row, for as long as it runs: a client cannot get the ticket without what it puts on record.
CREATE FUNCTION sminion.opening(disclosure bigint, purpose text, OUT recipient text, OUT ends timestamptz)
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
#variable_conflict use_column
DECLARE
  to_whom text;
  last    timestamptz;
BEGIN
  SELECT d.recipient,
    ((v.document #>> ARRAY['recipients', d.recipient, 'until'])::date + 1)::timestamp AT TIME ZONE (v.document ->> 'timezone')
  INTO to_whom, last
  FROM sminion.disclosure d
  JOIN sminion.policy p ON p.epoch = d.epoch
  JOIN sminion.policy_version v ON v.epoch = p.epoch
  WHERE d.id = opening.disclosure AND d.login = session_user AND d.purpose = opening.purpose AND d.persons IS NULL
    AND sminion.own_row(d.xmin) AND NOT EXISTS (SELECT FROM sminion.transfer t WHERE t.disclosure = d.id);
  IF NOT FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'SG733',
      MESSAGE = format('no export begins with disclosure %s', opening.disclosure),
      DETAIL = 'A ticket for a recipient is opened with the row of the register that says so, and in no other way.',
      HINT = 'Begin an export: `sminion-guard export run`, or `sminion.open_transfer`. Leave `disclosure` out for a ticket of your own.';
  END IF;
  recipient := to_whom;
  ends := last;
END
$sminion$;

-- functions/disclosure/finish_transfer.sql
-- Ends an export of which everything was written. Asks again whether the recipient may have it from this login: the contract may have ended, and the
-- policy changed, since it began. What it says of the file is the client's word.
CREATE FUNCTION sminion.finish_transfer(
  disclosure bigint, rows bigint, bytes bigint, sha256 bytea, at_most boolean DEFAULT false
) RETURNS bigint
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
#variable_conflict use_column
DECLARE
  begun sminion.disclosure := sminion.own_transfer(finish_transfer.disclosure);
  named bigint;
BEGIN
  PERFORM sminion.permit_disclosure(begun.recipient, begun.purpose, begun.categories, clock_timestamp(), true);
  IF NOT EXISTS (
    SELECT FROM sminion.policy p JOIN sminion.policy_version v ON v.epoch = p.epoch
    WHERE v.document -> 'purposes' -> begun.purpose -> 'may' ? 'transfer')
  THEN
    RAISE EXCEPTION USING ERRCODE = 'SG701',
      MESSAGE = format('purpose `%s` transfers no data any more', begun.purpose),
      HINT = 'Delete what was written, and say that it failed: `sminion.fail_transfer`.';
  ELSIF NOT EXISTS (
    SELECT FROM sminion.login l
    WHERE l.login = session_user AND l.purpose = begun.purpose AND l.recipient = begun.recipient)
  THEN
    RAISE EXCEPTION USING ERRCODE = 'SG734',
      MESSAGE = format('login `%s` may not send data to `%s` any more', session_user, begun.recipient),
      HINT = 'Delete what was written, and say that it failed: `sminion.fail_transfer`.';
  ELSIF coalesce(finish_transfer.rows, -1) < 0 OR coalesce(finish_transfer.bytes, -1) < 0 OR coalesce(length(finish_transfer.sha256), 0) <> 32 THEN
    RAISE EXCEPTION USING ERRCODE = 'SG729',
      MESSAGE = 'an export ends with its number of rows and bytes, and the SHA-256 of the file',
      HINT = 'Pass them, or say that it failed: `sminion.fail_transfer`.';
  END IF;
  PERFORM sminion.remove_erased(finish_transfer.disclosure);
  PERFORM sminion.check_groups(begun);
  SELECT count(*) INTO named FROM sminion.disclosure_subject s WHERE s.disclosure = finish_transfer.disclosure;
  INSERT INTO sminion.transfer_end (disclosure, state, rows, bytes, sha256, persons, at_most)
  VALUES (finish_transfer.disclosure, 'finished', finish_transfer.rows, finish_transfer.bytes, finish_transfer.sha256, named,
          coalesce(finish_transfer.at_most, true));
  PERFORM sminion.record_act('transfer_finished', jsonb_build_object(
    'disclosure', finish_transfer.disclosure, 'rows', finish_transfer.rows, 'bytes', finish_transfer.bytes,
    'sha256', encode(finish_transfer.sha256, 'hex'), 'persons', named), NULL);
  RETURN named;
END
$sminion$;
COMMENT ON FUNCTION sminion.finish_transfer(bigint, bigint, bigint, bytea, boolean) IS
  'ends an export of which everything was written; how many people it named';

-- functions/disclosure/fail_transfer.sql
-- Ends an export that was not written, or of which nothing is kept. The register says so, and why.
CREATE FUNCTION sminion.fail_transfer(disclosure bigint, why text) RETURNS void
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
#variable_conflict use_column
DECLARE
  said text := coalesce(sminion.log_text(nullif(btrim(fail_transfer.why), ''), 200), 'unknown');
BEGIN
  PERFORM sminion.own_transfer(fail_transfer.disclosure);
  PERFORM sminion.remove_erased(fail_transfer.disclosure);
  INSERT INTO sminion.transfer_end (disclosure, state, persons, why)
  SELECT fail_transfer.disclosure, 'failed', count(*), said FROM sminion.disclosure_subject s
  WHERE s.disclosure = fail_transfer.disclosure;
  PERFORM sminion.record_act('transfer_failed', jsonb_build_object('disclosure', fail_transfer.disclosure, 'why', said), NULL);
END
$sminion$;
COMMENT ON FUNCTION sminion.fail_transfer(bigint, text) IS 'ends an export of which nothing is kept';

-- functions/requests/open_request.sql
-- Records a request, computes until when it must be answered, and does at once what cannot wait: whoever contests data or reports
-- misconduct is blocked from the moment of the request (152-FZ article 21, GDPR article 18), a withdrawn consent and an objection hold
-- from the next statement of every session. Returns the number of the request.
--
-- subject:     the key; NULL only for misconduct that concerns nobody in particular.
-- request:     clarify, block, destroy, withdraw_consent, object, access, stop or misconduct.
-- purpose:     for withdraw_consent and object; NULL stands for all purposes that rest on consent, or on legitimate interest.
-- trigger:     what the term counts from: request, proof, detection or purpose_reached.
-- schemas:     the data in these schemas only are contested, or are to be blocked; NULL for all.
-- received_at: when it came in, or was proved or detected; not in the future. NULL is now.
CREATE FUNCTION sminion.open_request(
  subject text, request text, reason text, purpose text DEFAULT NULL, trigger text DEFAULT 'request', received_at timestamptz DEFAULT NULL,
  channel text DEFAULT 'other', representative text DEFAULT NULL, unit text DEFAULT NULL, actor text DEFAULT NULL, kind text DEFAULT NULL,
  schemas text[] DEFAULT NULL
) RETURNS bigint
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
#variable_conflict use_column
DECLARE
  in_force  sminion.policy;
  key       text;
  moment    timestamptz := coalesce(open_request.received_at, clock_timestamp());
  said      jsonb;
  days      sminion.calendar;
  start_on  date;
  unrolled  date;
  due       date;
  rests_on  CONSTANT text := CASE open_request.request WHEN 'withdraw_consent' THEN 'consent' WHEN 'object' THEN 'legitimate_interest' END;
  number    bigint;
  other     bigint;
  concerned text;
  places    CONSTANT text[] := sminion.schemas_of_block(open_request.schemas);
BEGIN
  PERFORM sminion.require_read_committed();
  SELECT p.* INTO in_force FROM sminion.policy p;
  IF in_force.request_terms IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'SG520',
      MESSAGE = 'the policy in force names no terms for requests',
      HINT = 'Add `[request]` with a profile to the policy, and apply it: docs/POLICY.md.';
  END IF;
  said := in_force.request_terms -> 'terms' -> open_request.request -> open_request.trigger;
  IF said IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'SG522',
      MESSAGE = format('there is no kind of request `%s` with the trigger `%s`',
        coalesce(sminion.log_text(open_request.request, 40), 'NULL'), coalesce(sminion.log_text(open_request.trigger, 40), 'NULL')),
      HINT = 'Kinds: ' || (SELECT string_agg(k, ', ' ORDER BY k) FROM jsonb_object_keys(in_force.request_terms -> 'terms') k)
        || '. Triggers: request, proof, detection, purpose_reached.';
  ELSIF moment > clock_timestamp() + interval '1 minute' OR moment < clock_timestamp() - interval '10 years' THEN
    RAISE EXCEPTION USING ERRCODE = 'SG522',
      MESSAGE = format('the request cannot have been received at %s', moment),
      HINT = 'Pass the moment when it came in, or leave `received_at` out.';
  ELSIF open_request.purpose IS NOT NULL AND rests_on IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'SG522',
      MESSAGE = format('a request `%s` is about all purposes', open_request.request),
      HINT = 'Leave `purpose` out, or open a request `withdraw_consent` or `object`.';
  ELSIF places IS NOT NULL AND NOT (said ->> 'interim')::boolean AND open_request.request NOT IN ('block', 'stop') THEN
    RAISE EXCEPTION USING ERRCODE = 'SG522',
      MESSAGE = format('a request `%s` blocks nothing, and so is not limited to schemas', open_request.request),
      HINT = 'Leave `schemas` out.';
  ELSIF open_request.subject IS NULL AND (open_request.request <> 'misconduct' OR open_request.kind IS NOT NULL) THEN
    RAISE EXCEPTION USING ERRCODE = 'SG504',
      MESSAGE = 'the subject is empty',
      HINT = 'Pass the key as it stands in the subject column; only misconduct may concern nobody in particular.';
  END IF;
  IF open_request.subject IS NOT NULL THEN
    key := sminion.subject_key(open_request.subject, open_request.kind);
  END IF;

  days := sminion.newest_calendar(in_force.request_terms ->> 'calendar');
  start_on := (moment AT TIME ZONE (in_force.request_terms ->> 'timezone'))::date;
  unrolled := sminion.term_end(days, start_on, (said ->> 'count')::integer, said ->> 'unit');
  due := sminion.roll_forward(days, start_on, unrolled);
  SELECT min(r.id) INTO other FROM sminion.request r
  WHERE r.subject = key AND r.kind = open_request.request AND r.closed_at IS NULL
    AND r.purpose IS NOT DISTINCT FROM open_request.purpose;
  INSERT INTO sminion.request AS r (
    kind, subject, purpose, trigger, channel, representative, unit, received_at, term, due_on, unrolled_on, calendar, provisional, interim, schemas, epoch
  ) VALUES (
    open_request.request, key, open_request.purpose, open_request.trigger,
    coalesce(sminion.ticket_text('channel', open_request.channel, 80), 'other'),
    sminion.ticket_text('representative', open_request.representative, 200), sminion.ticket_text('unit', open_request.unit, 200),
    moment, said, due, unrolled, concat_ws(' ', days.name, days.version), due > days.known_until,
    key IS NOT NULL AND (said ->> 'interim')::boolean, places, in_force.epoch
  ) RETURNING r.id INTO number;
  PERFORM sminion.record_request_event(number, 'opened', jsonb_build_object(
    'kind', open_request.request, 'trigger', open_request.trigger, 'purpose', open_request.purpose, 'due', due,
    'received', (extract(epoch FROM moment) * 1000000)::bigint, 'interim', key IS NOT NULL AND (said ->> 'interim')::boolean,
    'calendar', concat_ws(' ', days.name, days.version))
    || CASE WHEN places IS NULL THEN '{}' ELSE jsonb_build_object('schemas', places) END, open_request.reason, open_request.actor);

  IF key IS NOT NULL AND (said ->> 'interim')::boolean THEN
    PERFORM sminion.change_state(open_request.subject, 'block', NULL, open_request.reason, open_request.actor, open_request.kind, number,
      schemas => places);
  END IF;
  IF rests_on IS NOT NULL THEN
    FOR concerned IN
      SELECT w.name FROM sminion.purpose w
      WHERE w.retired_at IS NULL AND CASE WHEN open_request.purpose IS NULL THEN w.basis = rests_on ELSE w.name = open_request.purpose END
      ORDER BY w.name COLLATE "C"
    LOOP
      PERFORM sminion.change_state(
        open_request.subject, open_request.request, concerned, open_request.reason, open_request.actor, open_request.kind, number);
    END LOOP;
    IF NOT FOUND THEN
      -- The purpose is unknown, or nothing rests on this basis: said as change_state says it.
      PERFORM sminion.purpose_bit(coalesce(open_request.purpose, ''), open_request.request);
    END IF;
  END IF;
  IF key IS NOT NULL THEN
    PERFORM sminion.lock_obligations();
    PERFORM sminion.make_obligations(ARRAY[key]);
  END IF;
  IF other IS NOT NULL THEN
    RAISE WARNING USING ERRCODE = 'SG526',
      MESSAGE = format('the same is asked for by request %s, which is open', other),
      HINT = format('Close the new one as a duplicate if it says nothing new: `sminion.close_request(%s, ''duplicate'', ..., duplicate_of => %s)`.',
                    number, other);
  END IF;
  RETURN number;
END
$sminion$;
COMMENT ON FUNCTION sminion.open_request(text, text, text, text, text, timestamptz, text, text, text, text, text, text[]) IS
  'records a request with its term, and does at once what cannot wait; its number';

-- functions/requests/open_request.key.sql
-- The same for a key of another type than text, such as the number or uuid that stands in the column. It acts as its caller: a cast
-- to text may be somebody's own function.
CREATE FUNCTION sminion.open_request(
  subject anynonarray, request text, reason text, purpose text DEFAULT NULL, trigger text DEFAULT 'request',
  received_at timestamptz DEFAULT NULL, channel text DEFAULT 'other', representative text DEFAULT NULL, unit text DEFAULT NULL,
  actor text DEFAULT NULL, kind text DEFAULT NULL, schemas text[] DEFAULT NULL
) RETURNS bigint
LANGUAGE sql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
  SELECT sminion.open_request(subject::text, request, reason, purpose, trigger, received_at, channel, representative, unit, actor, kind,
    schemas)
$sminion$;
COMMENT ON FUNCTION sminion.open_request(anynonarray, text, text, text, text, timestamptz, text, text, text, text, text, text[]) IS
  'records a request with its term, and does at once what cannot wait; its number';

-- functions/requests/identify_request.sql
-- Records how the identity of whoever asks was checked. Without it no request is granted that gives or changes data.
CREATE FUNCTION sminion.identify_request(id bigint, how text, actor text DEFAULT NULL) RETURNS void
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  row_of sminion.request := sminion.open_request_row(identify_request.id);
BEGIN
  PERFORM sminion.record_request_event(row_of.id, 'identified', '{}', identify_request.how, identify_request.actor);
  UPDATE sminion.request r SET identified = true WHERE r.id = row_of.id;
END
$sminion$;
COMMENT ON FUNCTION sminion.identify_request(bigint, text, text) IS 'records how the identity of whoever asks was checked';

-- functions/requests/assign_request.sql
-- Says which unit handles a request.
CREATE FUNCTION sminion.assign_request(id bigint, unit text, reason text, actor text DEFAULT NULL) RETURNS void
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  row_of  sminion.request := sminion.open_request_row(assign_request.id);
  handled text := sminion.ticket_text('unit', assign_request.unit, 200);
BEGIN
  IF handled IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'SG522', MESSAGE = 'the unit is empty', HINT = 'Pass the name of the unit that handles the request.';
  END IF;
  PERFORM sminion.record_request_event(
    row_of.id, 'assigned', jsonb_build_object('unit', handled), assign_request.reason, assign_request.actor);
  UPDATE sminion.request r SET unit = handled WHERE r.id = row_of.id;
END
$sminion$;
COMMENT ON FUNCTION sminion.assign_request(bigint, text, text, text) IS 'says which unit handles a request';

-- functions/requests/note_request.sql
-- Adds a note to a request, such as what was asked back, or that the person was told.
CREATE FUNCTION sminion.note_request(id bigint, note text, actor text DEFAULT NULL) RETURNS void
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  row_of sminion.request := sminion.open_request_row(note_request.id);
BEGIN
  PERFORM sminion.record_request_event(row_of.id, 'noted', '{}', note_request.note, note_request.actor);
END
$sminion$;
COMMENT ON FUNCTION sminion.note_request(bigint, text, text) IS 'adds a note to a request';

-- functions/requests/extend_request.sql
-- Extends the term of a request, once, as the policy said when the request was recorded. The person must have been told why before
-- the term ended, so a term that has ended is not extended. Returns the new date.
CREATE FUNCTION sminion.extend_request(id bigint, notice text, actor text DEFAULT NULL) RETURNS date
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  row_of   sminion.request := sminion.open_request_row(extend_request.id);
  days     sminion.calendar;
  zone     text := (SELECT p.request_terms ->> 'timezone' FROM sminion.policy p);
  start_on date;
  later    date;
BEGIN
  IF row_of.extended_to IS NOT NULL OR row_of.term ->> 'extend_count' IS NULL
    OR (clock_timestamp() AT TIME ZONE coalesce(zone, 'UTC'))::date > row_of.due_on
  THEN
    RAISE EXCEPTION USING ERRCODE = 'SG524',
      MESSAGE = format('the term of request %s cannot be extended: %s', row_of.id, CASE
        WHEN row_of.extended_to IS NOT NULL THEN 'it was extended to ' || row_of.extended_to
        WHEN row_of.term ->> 'extend_count' IS NULL THEN 'the policy does not provide for it'
        ELSE 'it ended on ' || row_of.due_on END),
      HINT = 'Answer the request, and close it.';
  END IF;
  start_on := (row_of.received_at AT TIME ZONE coalesce(zone, 'UTC'))::date;
  days := sminion.newest_calendar(split_part(row_of.calendar, ' ', 1));
  later := sminion.roll_forward(days, start_on, sminion.term_end(
    days, CASE WHEN (row_of.term ->> 'extend_total')::boolean THEN start_on ELSE row_of.unrolled_on END,
    (row_of.term ->> 'extend_count')::integer, row_of.term ->> 'extend_unit'));
  PERFORM sminion.record_request_event(row_of.id, 'extended', jsonb_build_object('due', row_of.due_on, 'extended_to', later,
    'calendar', concat_ws(' ', days.name, days.version)), extend_request.notice, extend_request.actor);
  UPDATE sminion.request r
  SET extended_to = later, calendar = concat_ws(' ', days.name, days.version),
      provisional = later > days.known_until
  WHERE r.id = row_of.id;
  RETURN later;
END
$sminion$;
COMMENT ON FUNCTION sminion.extend_request(bigint, text, text) IS
  'extends the term of a request once, with the notice that the person got; the new date';

-- functions/requests/close_request.sql
-- Closes a request. What was blocked for it is free again, unless another open request or an officer's own block holds the person. Whoever
-- asked to be blocked, or that processing stops, and was granted it, stays blocked until an officer ends it with sminion.unblock.
--
-- outcome:   granted, partly_granted, refused, withdrawn or duplicate; of what, says `duplicate_of`.
-- unchanged: grants a request `clarify` although nothing was changed for it, which is on record then.
CREATE FUNCTION sminion.close_request(
  id bigint, outcome text, reason text, duplicate_of bigint DEFAULT NULL, actor text DEFAULT NULL,
  unchanged boolean DEFAULT false
) RETURNS void
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  row_of sminion.request;
  kinds  jsonb := (SELECT p.subject_keys FROM sminion.policy p);
  kind   text;
  person text[];
  key    text;
  ended  text[];
BEGIN
  PERFORM sminion.require_read_committed();
  -- All open ones of the person, in one order: two that are closed at once would each find the other open, and nobody would
  -- end the block.
  PERFORM FROM sminion.request r
  WHERE r.closed_at IS NULL
    AND r.subject = ANY (sminion.same_person((SELECT s.subject FROM sminion.request s WHERE s.id = close_request.id)))
  ORDER BY r.id FOR UPDATE;
  row_of := sminion.open_request_row(close_request.id);
  -- An export may have named the person since the last maintenance.
  IF row_of.subject IS NOT NULL THEN
    PERFORM sminion.make_obligations(ARRAY[row_of.subject]);
  END IF;
  IF coalesce(close_request.outcome, '') NOT IN ('granted', 'partly_granted', 'refused', 'withdrawn', 'duplicate') THEN
    RAISE EXCEPTION USING ERRCODE = 'SG522',
      MESSAGE = format('a request cannot be closed as `%s`', coalesce(sminion.log_text(close_request.outcome, 40), 'NULL')),
      HINT = 'Outcomes: granted, partly_granted, refused, withdrawn, duplicate.';
  ELSIF (close_request.outcome = 'duplicate') <> (close_request.duplicate_of IS NOT NULL) OR NOT EXISTS (
    SELECT FROM sminion.request o
    WHERE close_request.duplicate_of IS NULL
      OR o.id = close_request.duplicate_of AND o.id <> row_of.id AND o.subject IS NOT DISTINCT FROM row_of.subject
         AND o.outcome IS DISTINCT FROM 'duplicate')
  THEN
    RAISE EXCEPTION USING ERRCODE = 'SG522',
      MESSAGE = format('request %s is no duplicate of %s', row_of.id, coalesce(close_request.duplicate_of::text, 'nothing')),
      HINT = 'Pass the number of another request of the same person as `duplicate_of`, with the outcome `duplicate`.';
  ELSIF close_request.outcome IN ('granted', 'partly_granted') AND NOT row_of.identified AND row_of.trigger = 'request'
    AND row_of.kind IN ('access', 'clarify', 'destroy', 'stop')
  THEN
    RAISE EXCEPTION USING ERRCODE = 'SG525',
      MESSAGE = format('request %s cannot be granted: nobody has checked who asks', row_of.id),
      HINT = format('Check the identity, and record how: `sminion.identify_request(%s, ...)`.', row_of.id);
  ELSIF close_request.outcome IN ('granted', 'partly_granted') AND row_of.kind = 'clarify' AND close_request.unchanged IS NOT TRUE
    AND NOT EXISTS (
      SELECT FROM sminion.clarifications c
      -- An UPDATE that changes no value is on record too.
      WHERE c.request = row_of.id AND (c.operation <> 'clarify' OR c.columns <> '{}')
        AND (row_of.subject IS NULL OR c.subjects && sminion.same_person(row_of.subject)))
  THEN
    RAISE EXCEPTION USING ERRCODE = 'SG544',
      MESSAGE = format('request %s cannot be granted: no change of the data is on record for it', row_of.id),
      HINT = format('Change them under a ticket with `basis_ref => ''request:%s''`; if nothing had to be changed, say so: `unchanged => true`.',
                    row_of.id);
  ELSIF close_request.outcome IN ('granted', 'partly_granted') AND EXISTS (
    SELECT FROM sminion.obligation o WHERE o.request = row_of.id AND o.told_at IS NULL AND o.waived_at IS NULL)
  THEN
    RAISE EXCEPTION USING ERRCODE = 'SG703',
      MESSAGE = format('request %s cannot be granted: not all recipients were told', row_of.id),
      DETAIL = format('Not told: %s.', (
        SELECT string_agg(format('`%s`', o.recipient), ', ' ORDER BY o.recipient) FROM sminion.obligation o
        WHERE o.request = row_of.id AND o.told_at IS NULL AND o.waived_at IS NULL)),
      HINT = 'Tell them, and record it with `sminion.settle_obligation`; see `sminion.obligation_status`.';
  ELSIF close_request.outcome IN ('granted', 'partly_granted') AND row_of.kind = 'destroy'
    -- A destruction is of one key. Whose keys were merged still has the data under the others.
    AND EXISTS (
      SELECT FROM unnest(sminion.same_person(row_of.subject)) AS k (key)
      WHERE k.key <> row_of.subject
        AND NOT EXISTS (SELECT FROM sminion.destruction d WHERE d.subject = k.key AND d.completed_at IS NOT NULL))
  THEN
    RAISE EXCEPTION USING ERRCODE = 'SG565',
      MESSAGE = format('request %s cannot be granted: the person has other keys, whose data are not destroyed', row_of.id),
      DETAIL = format('Keys of the person: %s.', (
        SELECT string_agg(format('`%s`', sminion.log_text(k.key, 80)), ', ')
        FROM unnest(sminion.same_person(row_of.subject)) AS k (key))),
      HINT = 'Record a request `destroy` for each of them, and destroy its data; or end the merge with `sminion.unmerge_subjects`.';
  ELSIF close_request.outcome IN ('granted', 'partly_granted') AND row_of.kind = 'destroy' AND NOT EXISTS (
    SELECT FROM sminion.destruction d WHERE d.request = row_of.id AND d.completed_at IS NOT NULL)
  THEN
    RAISE EXCEPTION USING ERRCODE = 'SG565',
      MESSAGE = format('request %s cannot be granted: the data are not destroyed', row_of.id),
      DETAIL = coalesce((SELECT format('Left: %s.', string_agg(format('`%s.%s`%s', t.schema_name, t.table_name, ' (' || t.cause || ')'), ', ' ORDER BY t.place))
                FROM sminion.destruction d JOIN sminion.destruction_table t ON t.destruction = d.id AND t.state = 'waiting'
                WHERE d.request = row_of.id HAVING count(*) > 0), 'No destruction is finished.'),
      HINT = 'Destroy them with `sminion.begin_destruction` and `sminion.destroy_batch`; what must be kept is held with `sminion.hold_data`.';
  END IF;
  PERFORM sminion.record_request_event(row_of.id, 'closed', jsonb_build_object(
    'outcome', close_request.outcome, 'duplicate_of', close_request.duplicate_of)
    || CASE WHEN close_request.unchanged AND row_of.kind = 'clarify' THEN jsonb_build_object('unchanged', true) ELSE '{}' END,
    close_request.reason, close_request.actor);
  -- What rests on the request ends with it.
  PERFORM sminion.revoke_ticket(k.id, format('request %s was closed', row_of.id))
  FROM sminion.ticket k
  WHERE starts_with(k.basis_ref, 'request:') AND k.basis_ref = 'request:' || row_of.id
    AND k.revoked_at IS NULL AND k.expires_at > clock_timestamp();
  UPDATE sminion.request r
  SET closed_at = clock_timestamp(), outcome = close_request.outcome, duplicate_of = close_request.duplicate_of
  WHERE r.id = row_of.id;
  person := sminion.same_person(row_of.subject);
  kind := CASE WHEN kinds ? '' THEN NULL ELSE split_part(row_of.subject, ':', 1) END;
  IF row_of.subject IS NOT NULL AND row_of.kind IN ('block', 'stop') AND close_request.outcome IN ('granted', 'partly_granted') THEN
    -- Without the request's number: an officer's own block.
    PERFORM sminion.change_state(
      CASE WHEN kind IS NULL THEN row_of.subject ELSE substr(row_of.subject, length(kind) + 2) END, 'block', NULL, close_request.reason,
      close_request.actor, kind, schemas => row_of.schemas);
  ELSIF row_of.interim AND row_of.schemas IS NOT NULL THEN
    -- As below, for each schema.
    FOREACH key IN ARRAY person LOOP
      ended := ARRAY(
        SELECT n.name FROM unnest(row_of.schemas) AS n (name)
        CROSS JOIN LATERAL (
          SELECT (array_agg(e.event ORDER BY e.id DESC))[1] AS last,
                 (array_agg(e.event ORDER BY e.id DESC) FILTER (WHERE e.request IS NULL))[1] AS by_officer
          FROM sminion.subject_event e WHERE e.subject = key AND e.event IN ('block', 'unblock') AND n.name = ANY (e.schemas)) AS h
        WHERE h.by_officer IS DISTINCT FROM 'block' AND (key = row_of.subject OR h.last = 'block')
          AND NOT EXISTS (
            SELECT FROM sminion.request o
            WHERE o.subject = ANY (person) AND o.interim AND o.closed_at IS NULL AND n.name = ANY (o.schemas)));
      CONTINUE WHEN ended = '{}';
      kind := CASE WHEN kinds ? '' THEN NULL ELSE split_part(key, ':', 1) END;
      PERFORM sminion.change_state(
        CASE WHEN kind IS NULL THEN key ELSE substr(key, length(kind) + 2) END, 'unblock', NULL, close_request.reason,
        close_request.actor, kind, row_of.id, single => true, schemas => ended);
    END LOOP;
  ELSIF row_of.interim AND row_of.subject IS NOT NULL
    AND NOT EXISTS (SELECT FROM sminion.request o WHERE o.subject = ANY (person) AND o.interim AND o.closed_at IS NULL AND o.schemas IS NULL)
  THEN
    -- Each key of the person by itself. An officer's own block, before or meanwhile, is ended by an officer.
    FOREACH key IN ARRAY person LOOP
      CONTINUE WHEN (
        SELECT e.event FROM sminion.subject_event e
        WHERE e.subject = key AND e.event IN ('block', 'unblock') AND e.schemas IS NULL AND e.request IS NULL ORDER BY e.id DESC LIMIT 1) = 'block'
        OR key <> row_of.subject AND (
          SELECT e.event FROM sminion.subject_event e
          WHERE e.subject = key AND e.event IN ('block', 'unblock') AND e.schemas IS NULL ORDER BY e.id DESC LIMIT 1) IS DISTINCT FROM 'block';
      kind := CASE WHEN kinds ? '' THEN NULL ELSE split_part(key, ':', 1) END;
      PERFORM sminion.change_state(
        CASE WHEN kind IS NULL THEN key ELSE substr(key, length(kind) + 2) END, 'unblock', NULL, close_request.reason,
        close_request.actor, kind, row_of.id, single => true);
    END LOOP;
  END IF;
END
$sminion$;
COMMENT ON FUNCTION sminion.close_request(bigint, text, text, bigint, text, boolean) IS
  'closes a request; ends the block that was made for it';

-- functions/destruction/hold_of.sql
-- The hold that keeps a table's rows of a person, NULL where there is none: one of the table itself, of a category that it has a column of,
-- or of a table whose rows refer to them, through which the person is found or by a foreign key.
CREATE FUNCTION sminion.hold_of(subject text, schema_name text, table_name text) RETURNS bigint
LANGUAGE sql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
  WITH RECURSIVE kept AS (
    SELECT p.schema_name, p.table_name, p.parent_schema, p.parent_table, h.id
    FROM sminion.hold h JOIN sminion.protected_table p
      ON h.table_name IS NOT NULL AND p.schema_name = h.schema_name AND p.table_name = h.table_name
      OR h.category IN (
        SELECT c.value FROM sminion.policy i JOIN sminion.policy_version v ON v.epoch = i.epoch
        CROSS JOIN LATERAL jsonb_each_text(v.document #> ARRAY['schemas', p.schema_name, 'tables', p.table_name, 'columns']) AS c)
    WHERE h.subject = hold_of.subject AND h.released_at IS NULL AND (h.until IS NULL OR h.until > clock_timestamp())
    UNION
    SELECT p.schema_name, p.table_name, p.parent_schema, p.parent_table, k.id
    FROM kept k JOIN sminion.protected_table p
      ON (p.schema_name, p.table_name) = (k.parent_schema, k.parent_table)
      OR EXISTS (
        SELECT FROM pg_constraint c
        WHERE c.contype = 'f' AND c.conrelid = to_regclass(format('%I.%I', k.schema_name, k.table_name))
          AND c.confrelid = to_regclass(format('%I.%I', p.schema_name, p.table_name)))
  )
  SELECT min(k.id) FROM kept k WHERE (k.schema_name, k.table_name) = (hold_of.schema_name, hold_of.table_name)
$sminion$;

-- functions/destruction/hold_data.sql
-- Keeps data of a person although they would be destroyed: those of one table, as `schema.table`, or of all tables with a column of a category.
-- Nobody processes them: they stay hidden as those of an erased person. Returns the number of the hold.
CREATE FUNCTION sminion.hold_data(
  subject text, reason text, basis text, "table" text DEFAULT NULL, category text DEFAULT NULL, until timestamptz DEFAULT NULL,
  actor text DEFAULT NULL, kind text DEFAULT NULL
) RETURNS bigint
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET lock_timeout = '5s'
AS $sminion$
DECLARE
  key    CONSTANT text := sminion.subject_key(hold_data.subject, hold_data.kind);
  why    CONSTANT text := sminion.require_reason(hold_data.reason);
  law    CONSTANT text := sminion.require_reason(hold_data.basis);
  who    CONSTANT text := sminion.require_actor(hold_data.actor);
  target sminion.protected_table;
  number bigint;
BEGIN
  PERFORM sminion.require_read_committed();
  SELECT p.* INTO target FROM sminion.protected_table p WHERE p.schema_name || '.' || p.table_name = hold_data."table";
  IF num_nonnulls(hold_data."table", hold_data.category) <> 1
    OR hold_data."table" IS NOT NULL AND target.table_name IS NULL
    OR hold_data.category IS NOT NULL AND NOT EXISTS (
      SELECT FROM sminion.protected_table p CROSS JOIN sminion.policy i JOIN sminion.policy_version v ON v.epoch = i.epoch
      CROSS JOIN LATERAL jsonb_each_text(v.document #> ARRAY['schemas', p.schema_name, 'tables', p.table_name, 'columns']) AS c
      WHERE c.value = hold_data.category)
  THEN
    RAISE EXCEPTION USING ERRCODE = 'SG564',
      MESSAGE = 'a hold names one table with personal data, or one category that a table has',
      HINT = 'Pass `"table" => ''schema.table''` or `category => ...`, as in the policy.';
  ELSIF hold_data.until <= clock_timestamp() THEN
    RAISE EXCEPTION USING ERRCODE = 'SG564', MESSAGE = 'the hold would be over already', HINT = 'Pass a moment in the future as `until`, or none.';
  END IF;
  -- A batch that runs ends first, and the next one sees the hold.
  PERFORM FROM sminion.destruction d WHERE d.subject = key ORDER BY d.id FOR UPDATE;
  PERFORM FROM sminion.retention_rule r ORDER BY r.place FOR SHARE;
  INSERT INTO sminion.hold AS h (subject, schema_name, table_name, category, reason, basis, until, actor)
  VALUES (key, target.schema_name, target.table_name, hold_data.category, why, law, hold_data.until, who) RETURNING h.id INTO number;
  PERFORM sminion.record_act('hold', jsonb_strip_nulls(jsonb_build_object(
    'hold', number, 'table', hold_data."table", 'category', hold_data.category, 'until', hold_data.until)), why);
  RETURN number;
END
$sminion$;
COMMENT ON FUNCTION sminion.hold_data(text, text, text, text, text, timestamptz, text, text) IS
  'keeps data of a person that would be destroyed; the number of the hold';

-- functions/destruction/release_hold.sql
-- Ends a hold. What it kept of a person whose data were destroyed goes with the next sminion.maintain.
CREATE FUNCTION sminion.release_hold(id bigint, reason text, actor text DEFAULT NULL) RETURNS void
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  why CONSTANT text := sminion.require_reason(release_hold.reason);
BEGIN
  UPDATE sminion.hold h
  SET released_at = clock_timestamp(), release_reason = why, released_by = sminion.require_actor(release_hold.actor)
  WHERE h.id = release_hold.id AND h.released_at IS NULL;
  IF NOT FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'SG564',
      MESSAGE = format('there is no hold %s that could be released', coalesce(release_hold.id::text, 'NULL')),
      HINT = 'See `SELECT * FROM sminion.hold WHERE released_at IS NULL`.';
  END IF;
  PERFORM sminion.record_act('release_hold', jsonb_build_object('hold', release_hold.id), why);
END
$sminion$;
COMMENT ON FUNCTION sminion.release_hold(bigint, text, text) IS 'ends a hold: what it kept is destroyed';

-- functions/destruction/record_verification.sql
-- Records that somebody looked for what is left of the person of a destruction, and what came of it: numbers, and names of tables. What was
-- looked at is what the login says; `report` is the SHA-256 of the whole result, which stays outside of the database.
--
-- result: `places`, `unread` and `out_of_sight`, numbers; `dead`, of each table the dead rows that pgstattuple counted, null where it
-- did not; `report`, hexadecimal.
CREATE FUNCTION sminion.record_verification(request bigint, result jsonb, actor text DEFAULT NULL) RETURNS void
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET lock_timeout = '5s'
AS $sminion$
DECLARE
  who CONSTANT text := sminion.require_actor(record_verification.actor);
  own sminion.destruction;
BEGIN
  SELECT d.* INTO own FROM sminion.destruction d WHERE d.request = record_verification.request;
  IF NOT FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'SG563', MESSAGE = format('no destruction was begun for request %s', record_verification.request),
      HINT = 'Pass the number of a request whose data are destroyed: see `sminion.destruction_status`.';
  END IF;
  IF jsonb_typeof(result) IS DISTINCT FROM 'object' OR octet_length(result::text) > 16000
    OR NOT result ?& ARRAY['places', 'unread', 'out_of_sight', 'dead', 'report']
    OR EXISTS (SELECT FROM jsonb_each(CASE jsonb_typeof(result) WHEN 'object' THEN result END) k WHERE CASE
      WHEN k.key IN ('places', 'unread', 'out_of_sight') THEN k.value::text !~ '^\d{1,9}$'
      WHEN k.key = 'report' THEN k.value #>> '{}' !~ '^[0-9a-f]{64}$'
      WHEN k.key = 'dead' THEN jsonb_typeof(k.value) <> 'object'
      ELSE true END)
    OR EXISTS (SELECT FROM jsonb_each(CASE jsonb_typeof(result -> 'dead') WHEN 'object' THEN result -> 'dead' END) k
               WHERE jsonb_typeof(k.value) <> 'null' AND k.value::text !~ '^\d{1,18}$'
                 OR NOT EXISTS (SELECT FROM sminion.destruction_table t
                                WHERE t.destruction = own.id AND t.schema_name || '.' || t.table_name = k.key))
  THEN
    RAISE EXCEPTION USING ERRCODE = 'SG583',
      MESSAGE = 'the result of a verification is malformed',
      DETAIL = 'It has numbers, names of tables of the destruction, and a hash; and no other text, which could name a person.',
      HINT = 'Record it with `sminion-guard subject verify KEY --request NUMBER`.';
  END IF;
  PERFORM sminion.record_request_event(own.request, 'verified', jsonb_build_object('destruction', own.id) || result, 'verification', who);
END
$sminion$;
COMMENT ON FUNCTION sminion.record_verification(bigint, jsonb, text) IS
  'records what came of looking for what is left of a person whose data were destroyed';

-- functions/destruction/keep_certificate.sql
-- Keeps a certificate of a destruction that is complete; its number. The same one is kept once. It must not have the key: whoever is erased from the
-- log is not in its certificates either. Its SHA-256 stands in the log, so that a certificate that somebody shows later can be checked.
CREATE FUNCTION sminion.keep_certificate(request bigint, document text, actor text DEFAULT NULL) RETURNS bigint
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET lock_timeout = '5s'
AS $sminion$
DECLARE
  who  CONSTANT text := sminion.require_actor(keep_certificate.actor);
  hash CONSTANT bytea := sha256(convert_to(document, 'UTF8'));
  said jsonb;
  own  sminion.destruction;
  kept sminion.certificate;
BEGIN
  SELECT d.* INTO own FROM sminion.destruction d WHERE d.request = keep_certificate.request FOR UPDATE;
  IF NOT FOUND OR own.completed_at IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'SG567',
      MESSAGE = format('the data for request %s are not destroyed yet', keep_certificate.request),
      HINT = 'See `sminion.destruction_status`.';
  END IF;
  BEGIN
    said := document::jsonb;
  EXCEPTION WHEN data_exception THEN
    said := NULL;
  END;
  IF jsonb_typeof(said) IS DISTINCT FROM 'object' OR said ->> 'commitment' IS DISTINCT FROM encode(own.commitment, 'hex')
    OR said -> 'subject' IS DISTINCT FROM 'null'::jsonb OR octet_length(document) > 1000000
  THEN
    RAISE EXCEPTION USING ERRCODE = 'SG584',
      MESSAGE = 'no certificate of this destruction that may be kept',
      DETAIL = 'It is a JSON object of at most a megabyte, with the `commitment` of the destruction, and `subject` is null.',
      HINT = 'Issue it with `sminion-guard subject certificate`.';
  END IF;
  SELECT c.* INTO kept FROM sminion.certificate c WHERE c.destruction = own.id AND c.sha256 = hash;
  IF FOUND THEN
    RETURN kept.id;
  END IF;
  INSERT INTO sminion.certificate (destruction, actor, document, sha256, keep_until)
  SELECT own.id, who, keep_certificate.document, hash,
         clock_timestamp() + coalesce(v.document #>> '{operator,certificates}', '3 years')::interval
  FROM sminion.policy p JOIN sminion.policy_version v ON v.epoch = p.epoch
  RETURNING * INTO STRICT kept;
  PERFORM sminion.record_request_event(own.request, 'certified', jsonb_build_object(
    'destruction', own.id, 'certificate', kept.id, 'sha256', encode(hash, 'hex'),
    'keep_until', (kept.keep_until AT TIME ZONE 'UTC')::date), 'certificate', who);
  RETURN kept.id;
END
$sminion$;
COMMENT ON FUNCTION sminion.keep_certificate(bigint, text, text) IS 'keeps a certificate of a destruction; its number';

-- functions/tickets/revoke_ticket.sql
-- Ends an access before its time: from its next statement on, whoever uses the ticket is refused.
CREATE FUNCTION sminion.revoke_ticket(ticket bigint, reason text) RETURNS boolean
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  why text := sminion.require_reason(revoke_ticket.reason);
BEGIN
  UPDATE sminion.ticket k
  SET revoked_at = clock_timestamp(), revoked_by = session_user, revoked_why = why
  WHERE k.id = ticket AND k.revoked_at IS NULL;
  IF FOUND THEN
    PERFORM sminion.record_act('revoke_ticket', jsonb_build_object('ticket', revoke_ticket.ticket), why);
    RETURN true;
  END IF;
  RETURN false;
END
$sminion$;
COMMENT ON FUNCTION sminion.revoke_ticket(bigint, text) IS 'revokes a ticket; false if it had ended already or does not exist';

-- functions/tickets/session_facts.sql
-- What a guarded client asks before it serves anybody, and again when sminion.policy_in_force says that another policy is in
-- force: this policy, how long a ticket lasts, in which ways this login is not bound (normally none), and whether its
-- transactions must be marked because it may hold incompatible purposes. NULL while no policy is in force.
CREATE FUNCTION sminion.session_facts() RETURNS jsonb
LANGUAGE sql
STABLE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
  SELECT jsonb_build_object(
    'name', p.name,
    'version', p.version,
    'fingerprint', p.fingerprint,
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
COMMENT ON FUNCTION sminion.session_facts() IS
  'the policy in force and what the login may do; called by the guarded session';

-- functions/policy/policy_in_force.sql
-- Which policy is in force: its epoch and a hash of its document; NULL while there is none. A guarded client asks with each
-- ticket that it opens, and once a second, whether it still judges by the policy in force; where it does not, it asks for
-- sminion.session_facts. With a hash, since a database that was restored or made anew may count its epochs once more.
CREATE FUNCTION sminion.policy_in_force() RETURNS text
LANGUAGE plpgsql
STABLE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
BEGIN
  RETURN (SELECT p.fingerprint FROM sminion.policy p);
END
$sminion$;
COMMENT ON FUNCTION sminion.policy_in_force() IS 'which policy is in force: another text after every apply of another policy';

-- functions/policy/policy_changes.sql
-- Whose tickets a policy would end that is about to come into force, and by which changes: no row for a login and a
-- compartment of it that are left alone.
--
-- Left alone means: the login still holds the purpose, the compartment still has its role and its bit, it gives at least
-- what it gave, and all its terms (sminion_guard/policy/differences/held.py lists them) are as they were. So whatever is allowed under
-- the policy that a ticket was opened under is allowed under the one in force, and a client that still judges by the former
-- for a moment allows nothing that the latter refuses. (But for a schema that comes under the policy, which the privileges
-- close that every role loses there.) In doubt it is a change: a term that either side does not know is another term.
CREATE FUNCTION sminion.policy_changes(registry jsonb, OUT login name, OUT role name, OUT purpose text, OUT change text) RETURNS SETOF record
LANGUAGE sql
STABLE
SET search_path = pg_catalog, pg_temp
AS $sminion$
  WITH wanted AS (
    SELECT j.*
    FROM jsonb_to_recordset(registry -> 'compartments') AS j (role name, purpose text, recipient text, mask bigint, gives jsonb, terms jsonb)
  ),
  held AS (
    SELECT j.* FROM jsonb_to_recordset(registry -> 'logins') AS j (login name, purpose text, recipient text, may_hold_incompatible boolean)
  ),
  of_compartment (role, change) AS (
    SELECT c.role, CASE WHEN w.gives ? g.object THEN format('it may no longer %s `%s`', v.verb, concat_ws('.', nullif(g.object, ''), n.name))
                        ELSE format('it no longer reaches `%s`', g.object) END
    FROM sminion.compartment c
    JOIN wanted w ON w.role = c.role AND w.gives IS DISTINCT FROM c.gives
    CROSS JOIN LATERAL jsonb_each(c.gives) AS g (object, verbs)
    CROSS JOIN LATERAL jsonb_each(g.verbs) AS v (verb, names)
    CROSS JOIN LATERAL (
      SELECT a.name FROM jsonb_array_elements_text(v.names) AS a (name)
      UNION ALL SELECT NULL WHERE v.names = '[]'
    ) AS n
    WHERE CASE WHEN n.name IS NULL THEN w.gives -> g.object -> v.verb
               ELSE CASE WHEN w.gives -> g.object -> v.verb ? n.name THEN 'true'::jsonb END END IS NULL
    UNION
    SELECT c.role, CASE WHEN w.terms ? t.object
        THEN format('%s was %s, and is %s', concat_ws(' of ', s.term, '`' || nullif(t.object, '') || '`'), s.said,
                    coalesce(w.terms -> t.object ->> s.term, 'unknown'))
        ELSE format('it no longer reaches `%s`', t.object) END
    FROM sminion.compartment c
    JOIN wanted w ON w.role = c.role AND w.terms IS DISTINCT FROM c.terms
    CROSS JOIN LATERAL jsonb_each(c.terms) AS t (object, terms)
    CROSS JOIN LATERAL jsonb_each_text(t.terms) AS s (term, said)
    WHERE w.terms -> t.object ->> s.term IS DISTINCT FROM s.said
    UNION
    SELECT c.role, format('%s of `%s` was unknown, and is %s', s.term, t.object, s.said)
    FROM sminion.compartment c
    JOIN wanted w ON w.role = c.role AND w.terms IS DISTINCT FROM c.terms
    CROSS JOIN LATERAL jsonb_each(w.terms) AS t (object, terms)
    CROSS JOIN LATERAL jsonb_each_text(t.terms) AS s (term, said)
    WHERE c.terms ? t.object AND NOT (c.terms -> t.object) ? s.term
    UNION
    SELECT c.role, format('its purpose was `%s`, and is `%s`', c.purpose, w.purpose)
    FROM sminion.compartment c JOIN wanted w ON w.role = c.role AND w.purpose IS DISTINCT FROM c.purpose
    UNION
    SELECT c.role, 'it was that of another recipient'
    FROM sminion.compartment c JOIN wanted w ON w.role = c.role AND w.recipient IS DISTINCT FROM c.recipient
    UNION
    SELECT c.role, 'its bit of guard_mask is another one'
    FROM sminion.compartment c JOIN wanted w ON w.role = c.role AND w.mask IS DISTINCT FROM c.mask
    UNION
    SELECT c.role, format('tickets live %s, and lived %s', w.lives, p.ticket_lifetime)
    FROM sminion.compartment c, sminion.policy p,
      make_interval(secs => (registry ->> 'ticket_lifetime_seconds')::double precision) AS w (lives)
    WHERE w.lives < p.ticket_lifetime
  )
  SELECT o.login, o.role, c.purpose, x.change
  FROM sminion.login_compartment o
  JOIN sminion.compartment c ON c.role = o.role
  LEFT JOIN held h ON h.login = o.login AND h.purpose = c.purpose AND h.recipient = c.recipient
  LEFT JOIN wanted w ON w.role = o.role
  CROSS JOIN LATERAL (
    SELECT CASE
      WHEN NOT EXISTS (SELECT FROM held a WHERE a.login = o.login) THEN format('the policy no longer names login `%s`', o.login)
      WHEN NOT EXISTS (SELECT FROM jsonb_array_elements(registry -> 'purposes') AS p WHERE p ->> 'name' = c.purpose)
        THEN format('the policy no longer has purpose `%s`', c.purpose)
      WHEN h.login IS NULL AND c.recipient <> '' THEN format('login `%s` may no longer send data to `%s` for `%s`', o.login, c.recipient, c.purpose)
      WHEN h.login IS NULL THEN format('login `%s` may no longer act for `%s`', o.login, c.purpose)
      WHEN w.role IS NULL THEN format('purpose `%s` has other compartments', c.purpose) END AS change
  ) AS gone
  CROSS JOIN LATERAL (
    SELECT gone.change WHERE gone.change IS NOT NULL
    UNION ALL
    SELECT f.change FROM of_compartment f WHERE f.role = o.role AND gone.change IS NULL
    UNION ALL
    SELECT format('login `%s` may now hold incompatible purposes', o.login)
    WHERE gone.change IS NULL AND h.may_hold_incompatible AND NOT o.alternating
  ) AS x
$sminion$;
COMMENT ON FUNCTION sminion.policy_changes(jsonb) IS 'whose open tickets a compiled policy would end, and why';

-- functions/log/begin_log.sql
-- Begins the log, once: with the first policy, or with the first login of another database whose log is kept here. Not with the
-- installation: a dump has these rows and months too, and could not be restored where the extension makes them already.
CREATE FUNCTION sminion.begin_log() RETURNS void
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
BEGIN
  IF EXISTS (SELECT FROM sminion.fold_state) THEN
    RETURN;
  END IF;
  -- Of two at once the second finds the row.
  LOCK TABLE sminion.fold_state IN SHARE ROW EXCLUSIVE MODE;
  IF NOT EXISTS (SELECT FROM sminion.fold_state) THEN
    INSERT INTO sminion.fold_state (number, lowest, system_identifier, folded_at)
    SELECT 0, '0', c.system_identifier, clock_timestamp() FROM pg_control_system() c;
    INSERT INTO sminion.event_source (kind)
    VALUES ('policy'), ('writer'), ('ticket'), ('state'), ('request'), ('dropped_month'), ('suspension'), ('act');
    INSERT INTO sminion.tree_state DEFAULT VALUES;
    PERFORM sminion.extend_log();
  END IF;
END
$sminion$;

-- functions/policy/record_policy.sql
-- Puts a compiled policy in force and returns its epoch. Tickets that the change concerns open nothing from here on, those
-- of compartments that it leaves alone stay good: see policy_changes. When the formula of the masks changed, every state is
-- due again (`remask`), and the rows of each table that a purpose with a changed bit reaches (`backfill`).
--
-- The tables follow, each with its own objects (record_tables): what is said of a table here is what settling and officers'
-- functions find there, so it must be true of the table at that moment. At the end finish_policy says that all is done.
CREATE FUNCTION sminion.record_policy(registry jsonb) RETURNS integer
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  before    sminion.policy;
  mark      name;
  new_epoch integer;
  changed   bigint;
BEGIN
  SELECT p.* INTO before FROM sminion.policy p;
  -- No sequence: a rehearsal would take numbers that no policy ever had.
  INSERT INTO sminion.policy_version (epoch, name, version, digest, document)
  SELECT coalesce(max(v.epoch), 0) + 1, registry ->> 'name', registry ->> 'version', registry ->> 'digest', registry -> 'document'
  FROM sminion.policy_version v
  RETURNING epoch INTO new_epoch;
  -- Compared with what is in force, so before any of it is replaced.
  INSERT INTO sminion.policy_change (epoch, login, role, purpose, change)
  SELECT DISTINCT new_epoch, c.login, c.role, c.purpose, c.change FROM sminion.policy_changes(registry) c;
  -- A bit of a mask depends on that bit of the formula alone.
  changed := CASE WHEN before.epoch IS NULL THEN -1 ELSE
    (before.default_bits # (registry ->> 'default_bits')::bigint) | (before.consent_bits # (registry ->> 'consent_bits')::bigint)
    | (before.objection_bits # (registry ->> 'objection_bits')::bigint) | (before.blocked_bits # (registry ->> 'blocked_bits')::bigint)
  END;

  DELETE FROM sminion.policy;
  INSERT INTO sminion.policy (
    epoch, name, version, digest, fingerprint, subject_keys, ticket_lifetime, require_tls, ticket_values, request_terms,
    mask_epoch,
    default_bits, consent_bits, objection_bits, blocked_bits
  ) VALUES (
    new_epoch, registry ->> 'name', registry ->> 'version', registry ->> 'digest',
    new_epoch || ':' || encode(sha256(convert_to((registry -> 'document')::text, 'UTF8')), 'hex'), registry -> 'subject_keys',
    make_interval(secs => (registry ->> 'ticket_lifetime_seconds')::double precision),
    (registry ->> 'require_tls')::boolean, registry -> 'ticket_values',
    nullif(registry -> 'request_terms', 'null'), CASE WHEN changed = 0 THEN before.mask_epoch ELSE new_epoch END,
    (registry ->> 'default_bits')::bigint, (registry ->> 'consent_bits')::bigint,
    (registry ->> 'objection_bits')::bigint, (registry ->> 'blocked_bits')::bigint
  );

  UPDATE sminion.purpose p SET retired_at = clock_timestamp()
  WHERE p.retired_at IS NULL
    AND NOT EXISTS (SELECT FROM jsonb_array_elements(registry -> 'purposes') j WHERE (j ->> 'bit')::smallint = p.bit);
  INSERT INTO sminion.purpose AS p (bit, name, title, basis, sees_blocked, since, renews)
  SELECT j.bit, j.name, j.title, j.basis, j.sees_blocked, new_epoch, coalesce(registry -> 'renewed' ? j.name, false)
  FROM jsonb_to_recordset(registry -> 'purposes')
    AS j (bit smallint, name text, title text, basis text, sees_blocked boolean)
  ON CONFLICT (bit) DO UPDATE SET title = excluded.title, basis = excluded.basis, retired_at = NULL;

  -- Their marks go apart (drop_marks).
  DELETE FROM sminion.compartment c
  WHERE NOT EXISTS (SELECT FROM jsonb_array_elements(registry -> 'compartments') j WHERE j ->> 'role' = c.role);
  -- Numbers above those of all marks that are there: a transaction may still be marked with one.
  INSERT INTO sminion.compartment AS c (id, role, purpose, recipient, mask, schemas, tables, sees_blocked, clashes, gives, terms)
  SELECT (SELECT coalesce(max(substr(r.relname, 6)::integer), 0) FROM pg_class r
          WHERE r.relnamespace = 'sminion'::regnamespace AND r.relname ~ '^mark_[0-9]{1,9}$')
           + row_number() OVER (ORDER BY j.role COLLATE "C"),
    j.role, j.purpose, j.recipient, j.mask, j.schemas, j.tables, j.sees_blocked, j.clashes, j.gives, j.terms
  FROM jsonb_to_recordset(registry -> 'compartments')
    AS j (role name, purpose text, recipient text, mask bigint, schemas text[], tables text[], sees_blocked boolean, clashes text[],
      gives jsonb, terms jsonb)
  ON CONFLICT (role) DO UPDATE SET purpose = excluded.purpose, recipient = excluded.recipient, mask = excluded.mask, schemas = excluded.schemas,
    tables = excluded.tables, sees_blocked = excluded.sees_blocked, clashes = excluded.clashes, gives = excluded.gives,
    terms = excluded.terms;
  -- What a transaction locks to be marked as one of the compartment: see stay_in_compartment.
  FOR mark IN SELECT 'mark_' || c.id FROM sminion.compartment c LOOP
    EXECUTE format('CREATE TABLE IF NOT EXISTS sminion.%I ()', mark);
    PERFORM sminion.let_dump(to_regclass('sminion.' || mark));
  END LOOP;

  DELETE FROM sminion.explanation;
  INSERT INTO sminion.explanation (purpose, place, words, request, schema_name, table_name, tests)
  SELECT j.purpose, j.place, j.words, j.request, j.schema, j."table", coalesce(j.tests, '[]')
  FROM jsonb_to_recordset(registry -> 'explanations')
    AS j (purpose text, place smallint, words text, request boolean, schema text, "table" text, tests jsonb);

  DELETE FROM sminion.login;
  INSERT INTO sminion.login (login, purpose, recipient, may_hold_incompatible, may_own, tickets_per_minute, log_mb_per_minute)
  SELECT j.login, j.purpose, j.recipient, j.may_hold_incompatible, j.may_own, j.tickets_per_minute, j.log_mb_per_minute
  FROM jsonb_to_recordset(registry -> 'logins')
    AS j (login name, purpose text, recipient text, may_hold_incompatible boolean, may_own boolean, tickets_per_minute integer,
      log_mb_per_minute integer);
  PERFORM sminion.begin_load(l.login) FROM (SELECT DISTINCT o.login FROM sminion.login o ORDER BY o.login) l;
  DELETE FROM sminion.login_consent;
  INSERT INTO sminion.login_consent (login, purpose)
  SELECT j.login, j.purpose FROM jsonb_to_recordset(registry -> 'consent_logins') AS j (login name, purpose text);
  DELETE FROM sminion.login_compartment o
  WHERE NOT EXISTS (
    SELECT FROM sminion.login l JOIN sminion.compartment c ON c.purpose = l.purpose AND c.recipient = l.recipient
    WHERE l.login = o.login AND c.role = o.role);
  INSERT INTO sminion.login_compartment AS o (login, role, alternating, since)
  SELECT l.login, c.role, l.may_hold_incompatible, new_epoch
  FROM sminion.login l JOIN sminion.compartment c ON c.purpose = l.purpose AND c.recipient = l.recipient
  ON CONFLICT ON CONSTRAINT login_compartment_pkey DO UPDATE SET alternating = excluded.alternating,
    since = CASE WHEN EXISTS (
        SELECT FROM sminion.policy_change x WHERE x.epoch = new_epoch AND x.login = o.login AND x.role = o.role)
      THEN new_epoch ELSE o.since END;

  -- Rows of every table may carry these bits as they were meant until now.
  UPDATE sminion.protected_table p SET dated_bits = p.dated_bits | changed WHERE changed <> 0;

  -- What `apply` took away in this transaction, for the way back (see templates/closed_schema).
  INSERT INTO sminion.closed_grant (statement)
  SELECT DISTINCT s FROM string_to_table(nullif(current_setting('sminion.closed', true), ''), E'\n') s
  ON CONFLICT DO NOTHING;
  PERFORM set_config('sminion.closed', '', true);

  IF NOT EXISTS (SELECT FROM sminion.instance) AND before.epoch IS NULL THEN
    PERFORM sminion.mark_instance();
  END IF;
  PERFORM sminion.begin_log();
  RETURN new_epoch;
END
$sminion$;

-- functions/policy/record_tables.sql
-- Notes for settling and filling in what the policy in force says of tables, each in the transaction that changes its objects:
-- where its subjects are found, and which bits of its masks count. Rows whose masks were computed otherwise are due again.
-- A table that the policy no longer has is forgotten.
--
-- names: tables as `schema.table`; NULL for all.
CREATE FUNCTION sminion.record_tables(registry jsonb, names text[] DEFAULT NULL) RETURNS void
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  nobody_else boolean;
BEGIN
  -- A row whose parent is about nobody is so itself: children follow their parents.
  nobody_else := EXISTS (
    SELECT FROM sminion.protected_table p
    JOIN jsonb_to_recordset(registry -> 'tables') AS j (schema text, "table" text, anonymous boolean)
      ON j.schema = p.schema_name AND j."table" = p.table_name AND j.anonymous <> p.anonymous);
  -- Also those whose own objects do not change, and which no step names.
  IF nobody_else THEN
    UPDATE sminion.protected_table p SET next_block = 0 WHERE p.depth > 0;
  END IF;
  DELETE FROM sminion.protected_table p
  WHERE (names IS NULL OR p.schema_name || '.' || p.table_name = ANY (names))
    AND NOT EXISTS (
      SELECT FROM jsonb_array_elements(registry -> 'tables') j
      WHERE j ->> 'schema' = p.schema_name AND j ->> 'table' = p.table_name);
  INSERT INTO sminion.protected_table AS p (
    schema_name, table_name, subject_columns, key_types, prefixes, optional, depth, anonymous, bits, subject_terms,
    parent_schema, parent_table, parent_key, parent_subject, child_column)
  SELECT j.schema, j."table", j.subject_columns, j.key_types, j.prefixes, j.optional, j.depth, j.anonymous, j.bits, j.subject_terms,
         j.parent_schema, j.parent_table, j.parent_key, j.parent_subject, j.child_column
  FROM jsonb_to_recordset(registry -> 'tables') AS j (
    schema text, "table" text, subject_columns text[], key_types text[], prefixes text[], optional boolean[], depth integer, anonymous boolean, bits bigint, subject_terms text,
    parent_schema text, parent_table text, parent_key text, parent_subject text, child_column text)
  WHERE names IS NULL OR j.schema || '.' || j."table" = ANY (names)
  ON CONFLICT (schema_name, table_name) DO UPDATE SET
    subject_columns = excluded.subject_columns, key_types = excluded.key_types, prefixes = excluded.prefixes,
    optional = excluded.optional, depth = excluded.depth, anonymous = excluded.anonymous, bits = excluded.bits,
    subject_terms = excluded.subject_terms,
    dated_bits = CASE WHEN p.dated_bits & excluded.bits = 0 THEN p.dated_bits ELSE 0 END,
    parent_schema = excluded.parent_schema, parent_table = excluded.parent_table, parent_key = excluded.parent_key,
    parent_subject = excluded.parent_subject, child_column = excluded.child_column,
    next_block = CASE
      WHEN p.dated_bits & excluded.bits = 0 AND p.subject_terms = excluded.subject_terms AND p.subject_columns = excluded.subject_columns AND p.prefixes = excluded.prefixes
        AND p.optional = excluded.optional AND p.depth = excluded.depth
        AND p.anonymous = excluded.anonymous THEN p.next_block
      ELSE 0 END;
END
$sminion$;

-- functions/masks/drop_marks.sql
-- Drops the marks of compartments that the policy in force no longer has. It waits for transactions that are marked with one.
CREATE FUNCTION sminion.drop_marks() RETURNS void
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  mark name;
BEGIN
  FOR mark IN
    SELECT r.relname FROM pg_class r
    WHERE r.relnamespace = 'sminion'::regnamespace AND r.relkind = 'r' AND r.relname ~ '^mark_[0-9]+$'
      AND NOT EXISTS (SELECT FROM sminion.compartment c WHERE r.relname = 'mark_' || c.id)
  LOOP
    EXECUTE format('DROP TABLE sminion.%I', mark);
  END LOOP;
END
$sminion$;

-- functions/retention/record_purge.sql
-- Records what was purged of a table since its last event: an act, and so a leaf of the log. Nothing where nothing was.
CREATE FUNCTION sminion.record_purge(own sminion.retention_rule) RETURNS void
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
BEGIN
  IF own.unrecorded > 0 THEN
    PERFORM sminion.record_act('retention', jsonb_build_object(
      'table', own.schema_name || '.' || own.table_name, 'way', own.way, 'rows', own.unrecorded, 'after', own.after_column,
      'keep', own.keep, 'timezone', own.zone), 'the retention of the policy ended');
    UPDATE sminion.retention_rule r SET unrecorded = 0 WHERE (r.schema_name, r.table_name) = (own.schema_name, own.table_name);
  END IF;
END
$sminion$;

-- functions/retention/record_retention.sql
-- Writes down the retention of each table by the policy in force, children before their parents. A rule that is as it was keeps what is
-- known of it; what was purged by another one, and stands in no event yet, gets its event.
CREATE FUNCTION sminion.record_retention() RETURNS void
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
#variable_conflict use_column
DECLARE
  own  sminion.retention_rule;
  said jsonb := (
    SELECT jsonb_agg(jsonb_build_object(
      'schema_name', s.key, 'table_name', t.key, 'after_column', t.value #>> '{retention,after}', 'keep', t.value #>> '{retention,keep}',
      'zone', v.document ->> 'timezone', 'way', t.value #>> '{retention,then}',
      'depersonalize', coalesce(t.value -> 'depersonalize', '{}')))
    FROM sminion.policy p JOIN sminion.policy_version v ON v.epoch = p.epoch
    CROSS JOIN LATERAL jsonb_each(v.document -> 'schemas') s CROSS JOIN LATERAL jsonb_each(s.value -> 'tables') t
    WHERE jsonb_typeof(t.value -> 'retention') = 'object');
BEGIN
  FOR own IN
    SELECT r.* FROM sminion.retention_rule r
    WHERE NOT coalesce(said, '[]') @> jsonb_build_array(jsonb_build_object(
      'schema_name', r.schema_name, 'table_name', r.table_name, 'after_column', r.after_column, 'keep', r.keep, 'zone', r.zone, 'way', r.way,
      'depersonalize', r.depersonalize))
      -- Containment of objects is that of a part.
      OR r.depersonalize <> coalesce((
        SELECT e -> 'depersonalize' FROM jsonb_array_elements(said) e
        WHERE (e ->> 'schema_name', e ->> 'table_name') = (r.schema_name, r.table_name)), '{}')
    ORDER BY r.schema_name, r.table_name FOR UPDATE
  LOOP
    PERFORM sminion.record_purge(own);
    DELETE FROM sminion.retention_rule r WHERE (r.schema_name, r.table_name) = (own.schema_name, own.table_name);
  END LOOP;
  -- Who refers to others comes before them: by paths, and by foreign keys.
  WITH RECURSIVE rule AS (
    SELECT j.*, to_regclass(format('%I.%I', j.schema_name, j.table_name))::oid AS oid,
           coalesce((SELECT p.depth FROM sminion.protected_table p WHERE (p.schema_name, p.table_name) = (j.schema_name, j.table_name)), 0) AS depth
    FROM jsonb_to_recordset(said) AS j (schema_name text, table_name text, after_column text, keep text, zone text, way text, depersonalize jsonb)
  ), chain AS (
    SELECT r.oid, 0 AS steps FROM rule r
    UNION
    SELECT c.conrelid, h.steps + 1 FROM chain h JOIN pg_constraint c ON c.contype = 'f' AND c.confrelid = h.oid AND c.conrelid <> h.oid
    WHERE h.steps < 30 AND c.conrelid IN (SELECT r.oid FROM rule r)
  ), placed AS (
    SELECT r.*, row_number() OVER (
      ORDER BY greatest((SELECT max(h.steps) FROM chain h WHERE h.oid = r.oid), r.depth) DESC, r.schema_name COLLATE "C", r.table_name COLLATE "C"
    ) AS place
    FROM rule r
  )
  INSERT INTO sminion.retention_rule AS o (schema_name, table_name, after_column, keep, zone, way, depersonalize, place)
  SELECT p.schema_name, p.table_name, p.after_column, p.keep, p.zone, p.way, p.depersonalize, p.place FROM placed p
  ON CONFLICT (schema_name, table_name) DO UPDATE SET place = excluded.place, retry_at = clock_timestamp(), cause = NULL;
  PERFORM sminion.make_pseudonym_key();
END
$sminion$;

-- functions/policy/finish_policy.sql
-- Notes that all objects of the policy in force are in place. Until then `apply` was interrupted, or is at work.
CREATE FUNCTION sminion.finish_policy() RETURNS void
LANGUAGE sql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
  UPDATE sminion.policy SET completed_at = clock_timestamp() WHERE completed_at IS NULL;
  SELECT sminion.record_retention()
$sminion$;

-- functions/policy/record_objects.sql
-- Notes compiled statements as in place, each with the fingerprint its object has at this moment. All objects of a kind are asked by
-- one query: with one for each, planning them took a quarter of `apply`.
--
-- objects: an array of objects with the columns of sminion.installed_object, but for fingerprint and applied_at.
CREATE FUNCTION sminion.record_objects(objects jsonb) RETURNS bigint
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $sminion$
DECLARE
  query  text;
  part   jsonb;
  absent text;
  noted  bigint := 0;
  added  bigint;
BEGIN
  FOR query, part IN
    SELECT o ->> 'fingerprint_query', jsonb_agg(o) FROM jsonb_array_elements(objects) o GROUP BY 1
  LOOP
    EXECUTE format($query$
      WITH asked AS MATERIALIZED (
        SELECT o.*, (%s)::text AS fingerprint
        FROM jsonb_to_recordset($1) AS o (
          key text, "position" integer, digest text, reverse text, fingerprint_query text, given jsonb, as_owner boolean)
        OFFSET 0
      ), kept AS (
        INSERT INTO sminion.installed_object AS i (key, "position", digest, reverse, fingerprint_query, given, as_owner, fingerprint)
        SELECT a.key, a."position", a.digest, a.reverse, a.fingerprint_query, a.given, a.as_owner, a.fingerprint
        FROM asked a WHERE a.fingerprint IS NOT NULL
        ON CONFLICT ON CONSTRAINT installed_object_pkey DO UPDATE SET
          "position" = excluded."position", digest = excluded.digest, reverse = excluded.reverse,
          fingerprint_query = excluded.fingerprint_query, given = excluded.given, as_owner = excluded.as_owner,
          fingerprint = excluded.fingerprint, applied_at = clock_timestamp()
        RETURNING 1
      )
      SELECT (SELECT count(*) FROM kept), (SELECT min(a.key) FROM asked a WHERE a.fingerprint IS NULL)
    $query$, query) INTO added, absent USING part;
    IF absent IS NOT NULL THEN
      RAISE EXCEPTION USING ERRCODE = 'SG406',
        MESSAGE = format('`%s` is not there after it was installed', absent),
        HINT = 'Look for a concurrent change of the schema, then apply again.';
    END IF;
    noted := noted + added;
  END LOOP;
  RETURN noted;
END
$sminion$;

-- functions/policy/record_object.sql
-- Notes one compiled statement as in place, with the fingerprint its object has at this moment.
CREATE FUNCTION sminion.record_object(key text, "position" integer, digest text, reverse text, fingerprint_query text, given jsonb, as_owner boolean) RETURNS void
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
BEGIN
  PERFORM sminion.record_objects(jsonb_build_array(jsonb_build_object(
    'key', key, 'position', "position", 'digest', digest, 'reverse', reverse, 'fingerprint_query', fingerprint_query,
    'given', given, 'as_owner', as_owner)));
END
$sminion$;

-- functions/policy/forget_object.sql
-- Notes that a compiled statement was undone.
CREATE FUNCTION sminion.forget_object(key text) RETURNS void
LANGUAGE sql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
  DELETE FROM sminion.installed_object o WHERE o.key = forget_object.key
$sminion$;

-- functions/policy/forget_policy.sql
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
  DELETE FROM sminion.explanation;
  DELETE FROM sminion.login;
  DELETE FROM sminion.login_compartment;
  FOR mark IN DELETE FROM sminion.compartment c RETURNING 'mark_' || c.id LOOP
    EXECUTE format('DROP TABLE sminion.%I', mark);
  END LOOP;
  DELETE FROM sminion.protected_table;
  DELETE FROM sminion.policy;
  PERFORM sminion.record_retention();
  DELETE FROM sminion.closed_grant;
  DELETE FROM sminion.row_security_before;
  UPDATE sminion.purpose p SET retired_at = clock_timestamp() WHERE p.retired_at IS NULL;
END
$sminion$;

-- functions/policy/object_states.sql
-- What became of each installed object: INSTALLED, ALTERED (its fingerprint is another than after installing) or MISSING;
-- `evidence` is the fingerprint of one that is altered, which for some kinds says what is too much.
--
-- All objects of a kind are asked by one query: with one for each, planning them took most of the time.
CREATE FUNCTION sminion.object_states(OUT key text, OUT digest text, OUT state text, OUT evidence text) RETURNS SETOF record
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $sminion$
DECLARE
  query text;
BEGIN
  FOR query IN SELECT DISTINCT o.fingerprint_query FROM sminion.installed_object o LOOP
    RETURN QUERY EXECUTE format($query$
      SELECT f.key, f.digest,
             CASE WHEN f.answer IS NULL THEN 'MISSING' WHEN f.answer = f.fingerprint THEN 'INSTALLED' ELSE 'ALTERED' END,
             CASE WHEN f.answer <> f.fingerprint THEN f.answer END
      FROM (
        SELECT o.key, o.digest, o.fingerprint, (%s)::text AS answer
        FROM sminion.installed_object o WHERE o.fingerprint_query = $1 OFFSET 0
      ) f
    $query$, query) USING query;
  END LOOP;
END
$sminion$;
COMMENT ON FUNCTION sminion.object_states() IS 'what apply installed, and whether it is still as it was';

-- functions/policy/role_holdings.sql
-- Everything that a compartment role holds anywhere in this database and in the cluster, one thing a row, beside what the
-- statements of its own compiled for it: privileges on objects of every kind, memberships both ways, ownership, settings.
-- A privilege that somebody lends it later (USAGE on the other side's schema, a new table, a role above it) would merge
-- what the wall keeps apart, and the fingerprint of the table it was compiled for would not see it.
--
-- pg_shdepend names each object whose privileges mention a role, whatever its kind, by an index.
--
-- kind, schema_name, name, column_name, privilege: what is held, as names; `undo`: the statement that takes it away, with
-- <option> where GRANT OPTION FOR can stand, NULL where there is none; `grantor`: who gave it.
CREATE FUNCTION sminion.role_holdings(
  role name,
  OUT kind text, OUT objid oid, OUT schema_name text, OUT name text, OUT column_name text, OUT privilege text,
  OUT grantable boolean, OUT item text, OUT undo text, OUT grantor name
) RETURNS SETOF record
LANGUAGE sql
STABLE
SET search_path = pg_catalog, pg_temp
AS $sminion$
  WITH holder AS (
    SELECT r.oid, r.rolname FROM pg_roles r WHERE r.rolname = role_holdings.role
  ), dep AS MATERIALIZED (
    SELECT d.classid, d.objid, d.objsubid, d.deptype
    FROM pg_shdepend d
    WHERE d.refclassid = 'pg_authid'::regclass AND d.refobjid = (SELECT h.oid FROM holder h)
      AND d.dbid IN (0, (SELECT b.oid FROM pg_database b WHERE b.datname = current_database()))
  ), acl (kind, objid, schema_name, name, column_name, object, acl) AS (
    SELECT 'schema', n.oid, NULL, n.nspname::text, NULL, format('SCHEMA %I', n.nspname), n.nspacl
    FROM dep d JOIN pg_namespace n ON n.oid = d.objid WHERE d.classid = 'pg_namespace'::regclass AND d.deptype = 'a'
    UNION ALL
    SELECT CASE c.relkind WHEN 'S' THEN 'sequence' ELSE 'table' END, c.oid, n.nspname::text, c.relname::text, NULL,
           format('%s %I.%I', CASE c.relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, n.nspname, c.relname), c.relacl
    FROM dep d JOIN pg_class c ON c.oid = d.objid JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE d.classid = 'pg_class'::regclass AND d.objsubid = 0 AND d.deptype = 'a'
    UNION ALL
    SELECT 'column', c.oid, n.nspname::text, c.relname::text, t.attname::text, format('TABLE %I.%I', n.nspname, c.relname), t.attacl
    FROM dep d JOIN pg_class c ON c.oid = d.objid JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_attribute t ON t.attrelid = c.oid AND t.attnum = d.objsubid
    WHERE d.classid = 'pg_class'::regclass AND d.objsubid <> 0 AND d.deptype = 'a'
    UNION ALL
    SELECT 'routine', p.oid, NULL, p.oid::regprocedure::text, NULL, 'ROUTINE ' || p.oid::regprocedure, p.proacl
    FROM dep d JOIN pg_proc p ON p.oid = d.objid WHERE d.classid = 'pg_proc'::regclass AND d.deptype = 'a'
    UNION ALL
    SELECT 'type', t.oid, NULL, t.oid::regtype::text, NULL, 'TYPE ' || t.oid::regtype, t.typacl
    FROM dep d JOIN pg_type t ON t.oid = d.objid WHERE d.classid = 'pg_type'::regclass AND d.deptype = 'a'
    UNION ALL
    SELECT 'language', l.oid, NULL, l.lanname::text, NULL, format('LANGUAGE %I', l.lanname), l.lanacl
    FROM dep d JOIN pg_language l ON l.oid = d.objid WHERE d.classid = 'pg_language'::regclass AND d.deptype = 'a'
    UNION ALL
    SELECT 'database', b.oid, NULL, b.datname::text, NULL, format('DATABASE %I', b.datname), b.datacl
    FROM dep d JOIN pg_database b ON b.oid = d.objid WHERE d.classid = 'pg_database'::regclass AND d.deptype = 'a'
    UNION ALL
    SELECT 'tablespace', s.oid, NULL, s.spcname::text, NULL, format('TABLESPACE %I', s.spcname), s.spcacl
    FROM dep d JOIN pg_tablespace s ON s.oid = d.objid WHERE d.classid = 'pg_tablespace'::regclass AND d.deptype = 'a'
    UNION ALL
    SELECT 'foreign data wrapper', w.oid, NULL, w.fdwname::text, NULL, format('FOREIGN DATA WRAPPER %I', w.fdwname), w.fdwacl
    FROM dep d JOIN pg_foreign_data_wrapper w ON w.oid = d.objid
    WHERE d.classid = 'pg_foreign_data_wrapper'::regclass AND d.deptype = 'a'
    UNION ALL
    SELECT 'foreign server', s.oid, NULL, s.srvname::text, NULL, format('FOREIGN SERVER %I', s.srvname), s.srvacl
    FROM dep d JOIN pg_foreign_server s ON s.oid = d.objid
    WHERE d.classid = 'pg_foreign_server'::regclass AND d.deptype = 'a'
    UNION ALL
    SELECT 'large object', m.oid, NULL, m.oid::text, NULL, format('LARGE OBJECT %s', m.oid), m.lomacl
    FROM dep d JOIN pg_largeobject_metadata m ON m.oid = d.objid
    WHERE d.classid = 'pg_largeobject'::regclass AND d.deptype = 'a'
    UNION ALL
    SELECT 'parameter', a.oid, NULL, a.parname, NULL, 'PARAMETER ' || a.parname, a.paracl
    FROM dep d JOIN pg_parameter_acl a ON a.oid = d.objid
    WHERE d.classid = 'pg_parameter_acl'::regclass AND d.deptype = 'a'
  ), privilege AS (
    SELECT l.kind, l.objid, l.schema_name, l.name, l.column_name, l.object, a.privilege_type, a.is_grantable,
           g.rolname AS given_by,
           a.privilege_type || CASE WHEN l.column_name IS NULL THEN '' ELSE format(' (%I)', l.column_name) END AS what
    FROM acl l CROSS JOIN LATERAL aclexplode(l.acl) a LEFT JOIN pg_roles g ON g.oid = a.grantor
    WHERE a.grantee = (SELECT h.oid FROM holder h)
  ), lent AS (
    SELECT f.defaclrole, f.defaclnamespace, a.privilege_type, a.is_grantable,
           CASE f.defaclobjtype WHEN 'r' THEN 'TABLES' WHEN 'S' THEN 'SEQUENCES' WHEN 'f' THEN 'ROUTINES'
             WHEN 'T' THEN 'TYPES' WHEN 'n' THEN 'SCHEMAS' ELSE 'LARGE OBJECTS' END AS objects
    FROM dep d JOIN pg_default_acl f ON f.oid = d.objid CROSS JOIN LATERAL aclexplode(f.defaclacl) a
    WHERE d.classid = 'pg_default_acl'::regclass AND d.deptype = 'a' AND a.grantee = (SELECT h.oid FROM holder h)
  )
  SELECT p.kind, p.objid, p.schema_name, p.name, p.column_name, p.privilege_type, p.is_grantable,
         p.what || ' on ' || CASE WHEN p.kind IN ('table', 'column') THEN format('%I.%I', p.schema_name, p.name)
           ELSE p.kind || substr(p.object, length(p.kind) + 1) END,
         format('REVOKE <option>%s ON %s FROM %I CASCADE', p.what, p.object, role_holdings.role), p.given_by
  FROM privilege p
  UNION ALL
  SELECT 'default', NULL, NULL, NULL, NULL, l.privilege_type, l.is_grantable,
         format('%s on all new %s of %s%s', l.privilege_type, lower(l.objects), l.defaclrole::regrole,
                CASE l.defaclnamespace WHEN 0 THEN '' ELSE ' in schema ' || l.defaclnamespace::regnamespace END),
         format('ALTER DEFAULT PRIVILEGES FOR ROLE %s%s REVOKE <option>%s ON %s FROM %I', l.defaclrole::regrole,
                CASE l.defaclnamespace WHEN 0 THEN '' ELSE ' IN SCHEMA ' || l.defaclnamespace::regnamespace END,
                l.privilege_type, l.objects, role_holdings.role), NULL
  FROM lent l
  UNION ALL
  SELECT 'membership', m.roleid, NULL, m.roleid::regrole::text, NULL, 'MEMBER', m.admin_option,
         'membership in role ' || m.roleid::regrole,
         format('REVOKE %s FROM %I', m.roleid::regrole, h.rolname)
         || CASE WHEN to_jsonb(m) ? 'set_option' THEN ' GRANTED BY ' || m.grantor::regrole ELSE '' END, NULL
  FROM holder h JOIN pg_auth_members m ON m.member = h.oid
  UNION ALL
  SELECT 'member', m.member, NULL, u.rolname::text, NULL, 'MEMBER', m.admin_option,
         format('member %I', u.rolname)
         || CASE WHEN m.admin_option THEN ' who may grant it' ELSE '' END
         || CASE WHEN (to_jsonb(m) ->> 'inherit_option')::boolean THEN ' who inherits it' ELSE '' END,
         format('REVOKE %I FROM %I', h.rolname, u.rolname)
         || CASE WHEN to_jsonb(m) ? 'set_option' THEN ' GRANTED BY ' || m.grantor::regrole ELSE '' END, NULL
  FROM holder h JOIN pg_auth_members m ON m.roleid = h.oid JOIN pg_roles u ON u.oid = m.member
  -- From 16 on, who makes a role without being a superuser may grant it, and nothing else: the role that installs.
  WHERE NOT coalesce(m.admin_option AND u.rolcreaterole AND NOT (to_jsonb(m) ->> 'set_option')::boolean
                     AND NOT (to_jsonb(m) ->> 'inherit_option')::boolean, false)
  UNION ALL
  SELECT 'setting', s.setdatabase, NULL, split_part(c.setting, '=', 1), NULL, 'SET', false,
         'the setting ' || c.setting,
         format('ALTER ROLE %I%s RESET %I', h.rolname,
                CASE s.setdatabase WHEN 0 THEN '' ELSE format(' IN DATABASE %I', current_database()) END,
                split_part(c.setting, '=', 1)), NULL
  FROM holder h JOIN pg_db_role_setting s ON s.setrole = h.oid
    AND s.setdatabase IN (0, (SELECT b.oid FROM pg_database b WHERE b.datname = current_database()))
  CROSS JOIN LATERAL unnest(s.setconfig) AS c (setting)
  UNION ALL
  -- A temporary table is its session's, and gone with it: that none can be made is for closed_database to say.
  SELECT 'owner', d.objid, NULL, NULL, NULL, 'OWNER', false,
         'ownership of ' || pg_describe_object(d.classid, d.objid, d.objsubid), NULL, NULL
  FROM dep d CROSS JOIN LATERAL pg_identify_object(d.classid, d.objid, d.objsubid) o
  WHERE d.deptype = 'o' AND coalesce(o.schema, '') !~ '^pg_(toast_)?temp'
$sminion$;

-- functions/policy/role_excess.sql
-- What a compartment role holds beside what its policy gives it, with the statements that take it away: nothing, when all
-- is as compiled. Compared by what each thing is, and by the object that a routine's name means now.
-- Compiling this query just in time would take longer than running it: 60 ms a role, instead of 4.
--
-- expected: {"schemas": [...], "tables": {schema: {table: {privilege: [columns], ...}}}, "routines": [...],
--   "members": [...], "neutral": {schema: {"patterns": [...], "listed": [...]}}}; DELETE has no columns.
CREATE FUNCTION sminion.role_excess(role name, expected jsonb, OUT item text, OUT undo text, OUT grantor name)
RETURNS SETOF record
LANGUAGE plpgsql
STABLE
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $sminion$
DECLARE
  routines CONSTANT oid[] := ARRAY(
    SELECT to_regprocedure('sminion.' || r)::oid FROM jsonb_array_elements_text(expected -> 'routines') AS e (r));
  -- Roles and their members are the cluster's. Where another database has a policy of the same name, its logins are members
  -- too; which of them get tickets here, the registry of this database says.
  shared CONSTANT boolean := EXISTS (
    SELECT FROM pg_shdepend s
    WHERE s.refclassid = 'pg_authid'::regclass AND s.refobjid = to_regrole(quote_ident(role_excess.role))
      AND s.dbid NOT IN (0, (SELECT b.oid FROM pg_database b WHERE b.datname = current_database())));
BEGIN
  RETURN QUERY
  SELECT h.item || CASE WHEN w.wanted THEN ', with the right to grant it' ELSE '' END,
         replace(h.undo, '<option>', CASE WHEN w.wanted THEN 'GRANT OPTION FOR ' ELSE '' END), h.grantor
  FROM sminion.role_holdings(role_excess.role) h
  CROSS JOIN LATERAL (SELECT coalesce(CASE h.kind
    WHEN 'schema' THEN h.privilege = 'USAGE' AND (h.name = 'sminion' OR expected -> 'schemas' ? h.name)
    WHEN 'table' THEN (h.privilege = 'DELETE' AND expected #> ARRAY['tables', h.schema_name, h.name] ? 'DELETE')
      OR (h.privilege = 'SELECT' AND expected -> 'neutral' ? h.schema_name
          AND h.name LIKE ANY (ARRAY(SELECT jsonb_array_elements_text(expected -> 'neutral' -> h.schema_name -> 'patterns')))
          AND NOT expected -> 'neutral' -> h.schema_name -> 'listed' ? h.name
          AND (SELECT c.relkind IN ('r', 'p') FROM pg_class c WHERE c.oid = h.objid)
          -- as in templates/neutral_grant: what shares rows with another table is not neutral
          AND NOT EXISTS (SELECT FROM pg_inherits i WHERE i.inhrelid = h.objid)
          AND ((SELECT c.relkind = 'p' FROM pg_class c WHERE c.oid = h.objid)
               OR NOT EXISTS (SELECT FROM pg_inherits i WHERE i.inhparent = h.objid)))
    WHEN 'column' THEN expected #> ARRAY['tables', h.schema_name, h.name, h.privilege] ? h.column_name
    WHEN 'routine' THEN h.privilege = 'EXECUTE' AND h.objid = ANY (routines)
    -- Of the sequences behind the defaults of the tables that it inserts into.
    WHEN 'sequence' THEN h.privilege = 'USAGE' AND EXISTS (
      SELECT FROM pg_depend d
      LEFT JOIN pg_attrdef f ON d.classid = 'pg_attrdef'::regclass AND f.oid = d.objid AND d.refobjid = h.objid
      JOIN pg_class c ON c.oid = CASE WHEN f.oid IS NULL THEN d.refobjid ELSE f.adrelid END
      JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE ((d.classid = 'pg_class'::regclass AND d.objid = h.objid AND d.deptype IN ('a', 'i'))
             OR (d.refclassid = 'pg_class'::regclass AND d.refobjid = h.objid AND f.oid IS NOT NULL))
        AND expected #> ARRAY['tables', n.nspname::text, c.relname::text] ? 'INSERT')
    WHEN 'member' THEN expected -> 'members' ? h.name
      OR (shared AND NOT h.grantable AND (SELECT r.rolcanlogin FROM pg_roles r WHERE r.oid = h.objid))
    END, false)) AS w (wanted)
  WHERE NOT w.wanted OR (h.grantable AND h.kind NOT IN ('member', 'membership'))
  ORDER BY 1;
END
$sminion$;

-- functions/policy/guard_excess.sql
-- What anybody but its owner may do in schema `sminion` beside what the policy gives, with the statements that take it
-- away. Each of the guard's functions is one that its callers were judged for: `settle` or `record_write` for a stranger,
-- or a privilege on `ticket`, opens what the wall closes.
--
-- expected: {role: {"routines": [...], "views": [...], "journal": true, "dump": true}}. Who may write to the journal may insert some of
-- its columns; who dumps reads all tables and sequences. Who keeps a log here (`keep_log_of`) has what it needs for that, and the owner of one of `tables` those of its row triggers where it is partitioned (templates/partition_maker).
-- tables: [[schema, table], ...], those with subjects. PUBLIC may call the two functions that do nothing but raise, and read `load_0` (sminion.login_load).
CREATE FUNCTION sminion.guard_excess(expected jsonb, tables jsonb, OUT item text, OUT undo text, OUT grantor name) RETURNS SETOF record
LANGUAGE sql
STABLE
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $sminion$
  WITH wanted (role, oid, privilege) AS (
    SELECT e.key, to_regprocedure('sminion.' || r.signature)::oid, 'EXECUTE'
    FROM jsonb_each(expected) e CROSS JOIN LATERAL jsonb_array_elements_text(e.value -> 'routines') AS r (signature)
    UNION ALL
    SELECT e.key, to_regclass(format('sminion.%I', v.name))::oid, 'SELECT'
    FROM jsonb_each(expected) e CROSS JOIN LATERAL jsonb_array_elements_text(e.value -> 'views') AS v (name)
    UNION ALL
    SELECT e.key, 'sminion'::regnamespace::oid, 'USAGE' FROM jsonb_each(expected) e
    UNION ALL
    SELECT e.key, 'sminion.journal'::regclass::oid, 'INSERT' FROM jsonb_each(expected) e WHERE e.value ? 'journal'
    UNION ALL
    SELECT e.key, c.oid, 'SELECT'
    FROM jsonb_each(expected) e JOIN pg_class c ON c.relnamespace = 'sminion'::regnamespace AND c.relkind IN ('r', 'p', 'S')
    WHERE e.value ? 'dump'
    UNION ALL
    SELECT h.login, o.oid, o.privilege
    FROM sminion.log_home h
    CROSS JOIN (
      SELECT 'sminion'::regnamespace::oid, 'USAGE'
      UNION ALL SELECT 'sminion.journal'::regclass::oid, 'INSERT'
      UNION ALL SELECT p.oid, 'EXECUTE' FROM pg_proc p
      WHERE p.pronamespace = 'sminion'::regnamespace
        AND p.proname IN ('open_log', 'knows_log', 'log_shape', 'maintain', 'maintain_step', 'count_journal')
    ) AS o (oid, privilege)
    WHERE h.ended_at IS NULL
    UNION ALL
    SELECT pg_get_userbyid(c.relowner)::text, t.tgfoid, 'EXECUTE'
    FROM jsonb_array_elements(tables) AS k (name)
    CROSS JOIN LATERAL pg_partition_tree(to_regclass(format('%I.%I', k.name ->> 0, k.name ->> 1))) e
    JOIN pg_class c ON c.oid = e.relid AND c.relkind = 'p'
    JOIN pg_trigger t ON t.tgrelid = c.oid AND t.tgtype & 1 = 1
  ), acl (oid, object, column_name, usual, acl) AS (
    SELECT n.oid, 'SCHEMA sminion', NULL::name, 'USAGE', n.nspacl FROM pg_namespace n WHERE n.nspname = 'sminion'
    UNION ALL
    SELECT c.oid, format('%s sminion.%I', CASE c.relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, c.relname), NULL, 'SELECT', c.relacl
    FROM pg_class c WHERE c.relnamespace = 'sminion'::regnamespace
    UNION ALL
    SELECT c.oid, format('TABLE sminion.%I', c.relname), t.attname,
           CASE WHEN t.attname IN ('writer', 'first', 'proof', 'entries') THEN 'INSERT' END, t.attacl
    FROM pg_class c JOIN pg_attribute t ON t.attrelid = c.oid
    WHERE c.relnamespace = 'sminion'::regnamespace AND t.attacl IS NOT NULL
    UNION ALL
    SELECT p.oid, 'ROUTINE ' || p.oid::regprocedure, NULL, 'EXECUTE', coalesce(p.proacl, acldefault('f', p.proowner))
    FROM pg_proc p
    -- Nobody calls a function of an event trigger; these belong to a superuser.
    WHERE p.pronamespace = 'sminion'::regnamespace AND p.prorettype <> 'event_trigger'::regtype
  ), lent AS (
    SELECT f.defaclrole, a.grantee, a.privilege_type,
           CASE f.defaclobjtype WHEN 'r' THEN 'TABLES' WHEN 'S' THEN 'SEQUENCES' WHEN 'f' THEN 'ROUTINES' ELSE 'TYPES' END AS objects
    FROM pg_default_acl f CROSS JOIN LATERAL aclexplode(f.defaclacl) a
    WHERE f.defaclnamespace = 'sminion'::regnamespace AND a.grantee <> f.defaclrole
  )
  SELECT format('%s has %s on %s%s', coalesce(g.rolname, 'everybody'), p.what, lower(split_part(l.object, ' ', 1)),
                substr(l.object, strpos(l.object, ' '))) || CASE WHEN p.wanted THEN ', with the right to grant it' ELSE '' END,
         format('REVOKE %s%s ON %s FROM %s CASCADE', CASE WHEN p.wanted THEN 'GRANT OPTION FOR ' ELSE '' END, p.what, l.object,
                CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(g.rolname) END),
         b.rolname
  FROM acl l
  CROSS JOIN LATERAL aclexplode(l.acl) a
  LEFT JOIN pg_roles g ON g.oid = a.grantee
  LEFT JOIN pg_roles b ON b.oid = a.grantor
  CROSS JOIN LATERAL (SELECT
    a.privilege_type || CASE WHEN l.column_name IS NULL THEN '' ELSE format(' (%I)', l.column_name) END,
    a.privilege_type = l.usual AND CASE a.grantee
      WHEN 0 THEN l.oid IN ('sminion.refuse_others(regclass, name[], name)'::regprocedure, 'sminion.refuse_partition(regclass, regclass, name)'::regprocedure,
        'sminion.load_0'::regclass)
      ELSE EXISTS (SELECT FROM wanted w WHERE w.role = g.rolname AND w.oid = l.oid AND w.privilege = a.privilege_type) END
  ) AS p (what, wanted)
  WHERE a.grantee <> 'sminion_owner'::regrole AND (p.wanted IS NOT TRUE OR a.is_grantable)
  UNION ALL
  SELECT format('%s has %s on all new %s of %s in schema sminion', CASE l.grantee WHEN 0 THEN 'everybody' ELSE l.grantee::regrole::text END,
                l.privilege_type, lower(l.objects), l.defaclrole::regrole),
         format('ALTER DEFAULT PRIVILEGES FOR ROLE %s IN SCHEMA sminion REVOKE %s ON %s FROM %s', l.defaclrole::regrole,
                l.privilege_type, l.objects, CASE l.grantee WHEN 0 THEN 'PUBLIC' ELSE l.grantee::regrole::text END), NULL
  FROM lent l
  UNION ALL
  -- Whoever can become the owner, or has what it has, is above everything here. The role that installs is a member for
  -- the length of its transaction; one that only may grant the role made it (from 16 on).
  SELECT format('%s is a member of sminion_owner', m.member::regrole),
         format('REVOKE sminion_owner FROM %s', m.member::regrole)
         || CASE WHEN to_jsonb(m) ? 'set_option' THEN ' GRANTED BY ' || m.grantor::regrole ELSE '' END, NULL
  FROM pg_auth_members m
  WHERE m.roleid = 'sminion_owner'::regrole
    AND m.member::regrole::text <> coalesce(quote_ident(nullif(current_setting('sminion.installer', true), '')), '')
    AND coalesce((to_jsonb(m) ->> 'set_option')::boolean OR (to_jsonb(m) ->> 'inherit_option')::boolean, true)
  UNION ALL
  SELECT 'sminion_owner is a member of ' || m.roleid::regrole,
         format('REVOKE %s FROM sminion_owner', m.roleid::regrole)
         || CASE WHEN to_jsonb(m) ? 'set_option' THEN ' GRANTED BY ' || m.grantor::regrole ELSE '' END, NULL
  -- By it the owner sees whether a connection is encrypted: see roles/sminion_owner.sql.
  FROM pg_auth_members m WHERE m.member = 'sminion_owner'::regrole AND m.roleid <> 'pg_read_all_stats'::regrole
  ORDER BY 1
$sminion$;

-- functions/policy/guard_objects.sql
-- Every object of schema `sminion` as it is, one a row: `fingerprint` changes when the object does, `pattern` is the name
-- under which sminion.guard_object has it. A trigger that somebody disabled, a function with another body, owner or
-- setting, a policy or rule on one of its tables, and what does not belong here each change an answer.
--
-- Privileges are for guard_excess. What the policy made is for its own statements: functions named in installed_object.
-- Months of the logs come and go, and all look alike: `statement_event_YYYY_MM`. So do the marks of compartments, and the counters of logins.
CREATE FUNCTION sminion.guard_objects(OUT kind text, OUT name text, OUT pattern text, OUT fingerprint text) RETURNS SETOF record
LANGUAGE sql
STABLE
SET search_path = pg_catalog, pg_temp
AS $sminion$
  WITH relation AS (
    SELECT c.*, CASE
        WHEN c.relispartition THEN regexp_replace(c.relname, '\d{4}_\d{2}$', 'YYYY_MM')
        WHEN k.id IS NOT NULL THEN 'mark'
        WHEN c.relkind = 'S' AND c.relname ~ '^load_[0-9]+$' THEN 'load'
        ELSE c.relname END AS pattern
    FROM pg_class c
    LEFT JOIN sminion.compartment k ON c.relname = 'mark_' || k.id
    WHERE c.relnamespace = 'sminion'::regnamespace AND c.relkind NOT IN ('i', 'I', 't', 'c')
  )
  SELECT 'function', p.oid::regprocedure::text, p.oid::regprocedure::text,
         md5(concat_ws(' | ', CASE WHEN r.rolsuper THEN 'a superuser' ELSE r.rolname END, l.lanname, p.prokind, p.prosecdef, p.proleakproof, p.proisstrict, p.proretset,
           p.provolatile, p.proparallel, p.procost, p.prorows, p.prosupport, pg_get_function_sqlbody(p.oid),
           pg_get_function_result(p.oid), pg_get_function_arguments(p.oid), p.proconfig::text, p.prosrc))
  FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang JOIN pg_roles r ON r.oid = p.proowner
  WHERE p.pronamespace = 'sminion'::regnamespace
    -- In the collation of the key: that of names keeps the server from its index, and every function met every object.
    AND NOT (p.prorettype = 'trigger'::regtype AND p.pronargs = 0 AND EXISTS (
      SELECT FROM sminion.installed_object o
      WHERE o.key IN ('trigger_function:' || p.proname COLLATE "default", 'write_function:' || p.proname COLLATE "default")))
  UNION ALL
  SELECT 'table', r.relname, r.pattern, md5(concat_ws(' | ', r.relowner::regrole, r.relkind, r.relpersistence,
           r.relrowsecurity, r.relforcerowsecurity, r.relispartition, r.reloftype,
           (SELECT string_agg(concat_ws(' ', a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity,
                     a.attgenerated, a.attcollation::regcollation, pg_get_expr(d.adbin, d.adrelid)), ', ' ORDER BY a.attnum)
            FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
            WHERE a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped),
           -- NOT NULL is in the columns, and a constraint of its own from 18 on only.
           (SELECT string_agg(concat_ws(' ', pg_get_constraintdef(k.oid), k.convalidated), ', ' ORDER BY pg_get_constraintdef(k.oid))
            FROM pg_constraint k WHERE k.conrelid = r.oid AND k.contype <> 'n'),
           (SELECT string_agg(concat_ws(' ', i.indkey, i.indisunique, i.indisvalid, pg_get_expr(i.indexprs, i.indrelid),
                     pg_get_expr(i.indpred, i.indrelid)), ', '
                     ORDER BY i.indkey::text, i.indisunique, pg_get_expr(i.indexprs, i.indrelid), pg_get_expr(i.indpred, i.indrelid))
            FROM pg_index i WHERE i.indrelid = r.oid),
           (SELECT string_agg(concat_ws(' ', t.tgfoid::regproc, t.tgenabled), ', ' ORDER BY t.tgfoid::regproc::text, t.tgenabled)
            FROM pg_trigger t WHERE t.tgrelid = r.oid AND t.tgisinternal AND t.tgparentid = 0),
           'rules ' || (SELECT count(*) FROM pg_rewrite w WHERE w.ev_class = r.oid),
           'policies ' || (SELECT string_agg(concat_ws(' ', y.polname, y.polcmd, y.polpermissive, y.polroles::text, pg_get_expr(y.polqual, y.polrelid),
                             pg_get_expr(y.polwithcheck, y.polrelid)), ', ' ORDER BY y.polname)
                           FROM pg_policy y WHERE y.polrelid = r.oid),
           'children ' || (SELECT count(*) FROM pg_inherits h JOIN pg_class c ON c.oid = h.inhrelid
                           WHERE h.inhparent = r.oid AND (NOT c.relispartition OR c.relnamespace <> r.relnamespace))))
  FROM relation r WHERE r.relkind IN ('r', 'p', 'f')
  UNION ALL
  SELECT 'trigger', format('%s.%s', r.relname, t.tgname), format('%s.%s', r.pattern, t.tgname),
         md5(concat_ws(' | ', t.tgenabled, t.tgfoid::regprocedure, replace(pg_get_triggerdef(t.oid), 'sminion.' || r.relname, '')))
  FROM relation r JOIN pg_trigger t ON t.tgrelid = r.oid WHERE NOT t.tgisinternal
  UNION ALL
  SELECT 'view', r.relname, r.pattern, md5(concat_ws(' | ', r.relowner::regrole, r.relkind, r.reloptions::text, pg_get_viewdef(r.oid)))
  FROM relation r WHERE r.relkind IN ('v', 'm')
  UNION ALL
  SELECT 'sequence', r.relname, r.pattern, md5(concat_ws(' | ', r.relowner::regrole, s.seqtypid::regtype, s.seqincrement, s.seqcycle,
           s.seqmin, s.seqmax))
  FROM relation r JOIN pg_sequence s ON s.seqrelid = r.oid
  UNION ALL
  -- Of the database, and not of the schema, but their functions are.
  SELECT 'event trigger', e.evtname, e.evtname, md5(concat_ws(' | ', e.evtevent, e.evtenabled, e.evttags::text, e.evtfoid::regprocedure))
  FROM pg_event_trigger e JOIN pg_proc p ON p.oid = e.evtfoid WHERE p.pronamespace = 'sminion'::regnamespace
  UNION ALL
  SELECT 'other', pg_describe_object(d.classid, d.objid, 0), pg_describe_object(d.classid, d.objid, 0),
         -- A domain is as good as its CHECKs, which stand for those of a table.
         coalesce((
           SELECT concat_ws(' | ', t.typowner::regrole, format_type(t.typbasetype, t.typtypmod), t.typnotnull, t.typdefault,
             (SELECT string_agg(concat_ws(' ', pg_get_constraintdef(k.oid), k.convalidated), ', ' ORDER BY pg_get_constraintdef(k.oid))
              FROM pg_constraint k WHERE k.contypid = t.oid AND k.contype <> 'n'))
           FROM pg_type t WHERE d.classid = 'pg_type'::regclass AND t.oid = d.objid AND t.typtype = 'd'), '')
  FROM pg_depend d
  WHERE d.refclassid = 'pg_namespace'::regclass AND d.refobjid = 'sminion'::regnamespace AND d.deptype = 'n'
    AND (d.classid NOT IN ('pg_class'::regclass, 'pg_proc'::regclass, 'pg_type'::regclass, 'pg_default_acl'::regclass)
         OR (d.classid = 'pg_type'::regclass AND EXISTS (
               SELECT FROM pg_type t LEFT JOIN pg_class c ON c.oid = t.typrelid
               WHERE t.oid = d.objid AND (t.typrelid = 0 OR c.relkind = 'c'))))
  UNION ALL
  SELECT 'other', 'schema sminion', 'schema sminion', n.nspowner::regrole::text FROM pg_namespace n WHERE n.nspname = 'sminion'
$sminion$;

-- functions/policy/foreign_policies.sql
-- The row security policies on tables of the policy, and on their partitions and children, that are not the guard's own. They
-- are ORed with what the guard permits, or bind the guard's functions: each is adopted by name, or stops `apply`.
--
-- tables: {schema: {table: [adopted policies]}}. The guard's own are those that the registry has; their conditions are for
-- their fingerprints. `bare`: row security was on without any policy (`policy` is NULL).
CREATE FUNCTION sminion.foreign_policies(
  tables jsonb, OUT table_name text, OUT relation text, OUT policy text, OUT permissive boolean, OUT adopted boolean
) RETURNS SETOF record
LANGUAGE sql
STABLE
SET search_path = pg_catalog, pg_temp
AS $sminion$
  WITH RECURSIVE listed AS (
    SELECT c.oid, s.key AS schema_name, t.key AS name, t.value AS adopted
    FROM jsonb_each(foreign_policies.tables) s CROSS JOIN LATERAL jsonb_each(s.value) t
    JOIN pg_namespace n ON n.nspname = s.key JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = t.key
  ), tree (root, oid) AS (
    SELECT l.oid, l.oid FROM listed l
    UNION
    SELECT t.root, i.inhrelid FROM tree t JOIN pg_inherits i ON i.inhparent = t.oid
  )
  SELECT format('%s.%s', l.schema_name, l.name), format('%s.%s', n.nspname, c.relname), p.polname::text, p.polpermissive,
         l.adopted ? p.polname::text AND p.polname NOT LIKE 'guard\_%'
  FROM tree t
  JOIN listed l ON l.oid = t.root
  JOIN pg_class c ON c.oid = t.oid
  JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_policy p ON p.polrelid = t.oid
  -- One key each, so that the server can look it up or hash it: with OR it compared every policy with every object, which
  -- took minutes for 500 tables.
  WHERE NOT EXISTS (
    SELECT FROM sminion.installed_object o
    WHERE o.key = CASE WHEN t.oid = t.root THEN format('policy:%s.%s:%s', l.schema_name, l.name, p.polname) END)
  AND NOT EXISTS (
    SELECT FROM sminion.installed_object o
    WHERE o.key = CASE WHEN t.oid = t.root THEN format('permission:%s.%s:%s', l.schema_name, l.name, p.polname) END)
  -- closed by the DDL guard, until now
  AND p.polname NOT IN ('guard_untagged', 'guard_untagged_refused')
  AND NOT EXISTS (
    SELECT FROM sminion.installed_object o
    WHERE o.key = CASE
      WHEN t.oid = t.root AND p.polname LIKE 'guard\_twin\_%' THEN format('adopted:%s.%s', l.schema_name, l.name)
      WHEN t.oid = t.root AND p.polname = 'guard_others' THEN format('others:%s.%s', l.schema_name, l.name)
      WHEN p.polname = 'guard_backup' THEN format('backup_policy:%s.%s', l.schema_name, l.name)
      WHEN t.oid <> t.root AND p.polname IN ('guard_floor', 'guard_refused')
        THEN format('row_security:%s.%s', l.schema_name, l.name)
    END)
  UNION ALL
  SELECT format('%s.%s', l.schema_name, l.name), format('%s.%s', l.schema_name, l.name), NULL, NULL, false
  FROM listed l JOIN pg_class c ON c.oid = l.oid
  WHERE c.relrowsecurity AND NOT EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = l.oid)
  ORDER BY 1, 2, 3
$sminion$;

-- functions/policy/guard_states.sql
-- What became of the guard's own objects since they were installed: ALTERED, MISSING, or STRAY for what does not belong
-- here. Nothing when all is as it was made.
CREATE FUNCTION sminion.guard_states(OUT kind text, OUT name text, OUT state text) RETURNS SETOF record
LANGUAGE sql
STABLE
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $sminion$
  WITH now AS MATERIALIZED (SELECT o.* FROM sminion.guard_objects() o)
  SELECT n.kind, n.name, CASE WHEN g.name IS NULL THEN 'STRAY' ELSE 'ALTERED' END
  FROM now n LEFT JOIN sminion.guard_object g ON g.kind = n.kind AND g.name = n.pattern
  WHERE n.fingerprint IS DISTINCT FROM g.fingerprint
  UNION ALL
  SELECT g.kind, g.name, 'MISSING'
  FROM sminion.guard_object g
  WHERE g.name !~ 'YYYY_MM' AND g.name NOT LIKE 'mark%' AND NOT EXISTS (SELECT FROM now n WHERE n.kind = g.kind AND n.pattern = g.name)
  UNION ALL
  -- Each month has the triggers of its kind.
  SELECT 'trigger', split_part(n.name, '.', 1) || '.' || split_part(g.name, '.', 2), 'MISSING'
  FROM now n JOIN sminion.guard_object g ON g.kind = 'trigger' AND split_part(g.name, '.', 1) = n.pattern
  WHERE n.kind = 'table' AND n.pattern ~ 'YYYY_MM$'
    AND NOT EXISTS (SELECT FROM now t WHERE t.kind = 'trigger' AND t.name = split_part(n.name, '.', 1) || '.' || split_part(g.name, '.', 2))
  ORDER BY 1, 2
$sminion$;

-- functions/states/running_transactions.sql
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

-- functions/states/await_older.sql
-- Returns when no transaction that may still use a snapshot from before now is running in this database: call it after the
-- transaction with the block has committed. Waits for every transaction, since from outside none can be seen to hold no
-- snapshot; says after a second whom it waits for, and raises when `patience` is over. Statements on a hot standby are out
-- of its sight. Prepared transactions read nothing any more, and are not waited for.
CREATE FUNCTION sminion.await_older(patience interval DEFAULT '5 minutes') RETURNS void
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  older    text[] := sminion.running_transactions();
  deadline timestamptz := clock_timestamp() + coalesce(patience, interval '5 minutes');
  notice   timestamptz := clock_timestamp() + interval '1 second';
  pause    double precision := 0.002;
BEGIN
  LOOP
    older := ARRAY(SELECT unnest(older) INTERSECT SELECT unnest(sminion.running_transactions()));
    EXIT WHEN cardinality(older) = 0;
    IF clock_timestamp() >= deadline THEN
      RAISE EXCEPTION USING ERRCODE = 'SG507',
        MESSAGE = format('%s older transactions are still running', cardinality(older)),
        DETAIL = format('They may still read with a snapshot from before the change: %s.',
                        sminion.transactions_named(older)),
        HINT = 'End them, or wait longer.';
    END IF;
    IF clock_timestamp() >= notice THEN
      RAISE NOTICE 'waiting for % older transactions: %', cardinality(older), sminion.transactions_named(older);
      notice := 'infinity';
    END IF;
    PERFORM pg_sleep(pause);
    pause := least(pause * 1.5, 0.25);
  END LOOP;
END
$sminion$;
COMMENT ON FUNCTION sminion.await_older(interval) IS
  'returns when every transaction older than this call has ended; fails after the time given';

-- functions/states/block_and_wait.sql
-- Blocks, commits, and returns only when no older transaction can still read the subject. A procedure, because a function
-- cannot commit; SECURITY INVOKER and without settings of its own, because PostgreSQL lets only such a procedure commit.
-- It decides nothing: what it calls is a definer function that its caller may execute anyway.
CREATE PROCEDURE sminion.block_and_wait(
  subject text, reason text, actor text DEFAULT NULL, patience interval DEFAULT '5 minutes', kind text DEFAULT NULL,
  schemas text[] DEFAULT NULL, until timestamptz DEFAULT NULL
)
LANGUAGE plpgsql
AS $sminion$
BEGIN
  PERFORM sminion.block(subject, reason, actor, kind, schemas, until);
  COMMIT;
  PERFORM sminion.await_older(patience);
END
$sminion$;
COMMENT ON PROCEDURE sminion.block_and_wait(text, text, text, interval, text, text[], timestamptz) IS
  'blocks, commits, and returns when no older transaction can still read the subject';

-- functions/states/block_and_wait.key.sql
-- The same for a key of another type than text, such as the number or uuid that stands in the column.
CREATE PROCEDURE sminion.block_and_wait(
  subject anynonarray, reason text, actor text DEFAULT NULL, patience interval DEFAULT '5 minutes', kind text DEFAULT NULL,
  schemas text[] DEFAULT NULL, until timestamptz DEFAULT NULL
)
LANGUAGE plpgsql
AS $sminion$
BEGIN
  CALL sminion.block_and_wait(subject::pg_catalog.text, reason, actor, patience, kind, schemas, until);
END
$sminion$;
COMMENT ON PROCEDURE sminion.block_and_wait(anynonarray, text, text, interval, text, text[], timestamptz) IS
  'blocks, commits, and returns when no older transaction can still read the subject';

-- functions/log/refuse_locked_log.sql
-- Raises the error that the log could not be extended or dropped, with who has it locked.
CREATE FUNCTION sminion.refuse_locked_log(wanted text) RETURNS void
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  holders text[] := ARRAY(
    SELECT DISTINCT l.virtualtransaction FROM pg_locks l JOIN pg_class c ON c.oid = l.relation
    WHERE l.locktype = 'relation' AND l.granted AND l.pid IS DISTINCT FROM pg_backend_pid()
      AND l.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())
      AND c.relnamespace = 'sminion'::regnamespace
      AND c.relname ~ '^(statement_event|statement_result|statement_subject|log_fault|write_event|write_subject|fold_state)');
BEGIN
  RAISE EXCEPTION USING ERRCODE = 'SG511',
    MESSAGE = format('the log cannot be %s now: others have it locked', wanted),
    DETAIL = format('It is locked by %s.', sminion.transactions_named(holders)),
    HINT = 'Call it again when these transactions have ended, or end them. No session waits for this call.';
END
$sminion$;

-- functions/policy/let_dump.sql
-- Gives the role for dumps of the policy in force what it has on the other tables of schema `sminion`, on one that was made since:
-- a month of the log, or the mark of a compartment. Without it, a dump would fail from then on. Nothing where there is no such role.
CREATE FUNCTION sminion.let_dump(relation regclass) RETURNS void
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  dumping name;
BEGIN
  SELECT r.rolname INTO dumping
  FROM sminion.policy p JOIN pg_roles r ON r.rolname = p.name || '_backup'
  JOIN pg_class c ON c.oid = 'sminion.policy'::regclass
  CROSS JOIN LATERAL aclexplode(c.relacl) a
  WHERE a.grantee = r.oid AND a.privilege_type = 'SELECT';
  IF FOUND THEN
    EXECUTE format('GRANT SELECT ON TABLE %s TO %I', relation, dumping);
  END IF;
END
$sminion$;
COMMENT ON FUNCTION sminion.let_dump(regclass) IS 'lets the role for dumps, where there is one, read a table that was made since';

-- functions/log/make_month.sql
-- Makes the partitions of the logs of statements and writes for a month, in UTC; returns how many it made.
--
-- Each is made apart and attached, which blocks neither writers nor readers of the log; there is no default partition,
-- whose rows every ATTACH would have to read. Others who make or drop months are waited for, as long as lock_timeout says.
--
-- Months have the indexes, and the whole log has none: ATTACH would make each of those for the month. In a dump of a database
-- that has the guard as an extension, the whole log comes from the extension, and a month with its indexes from the dump: there
-- they would be made twice.
CREATE FUNCTION sminion.make_month(moment timestamptz) RETURNS integer
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
AS $sminion$
DECLARE
  parents CONSTANT text[] := ARRAY[
    'statement_event', 'statement_result', 'statement_subject', 'log_fault', 'write_event', 'write_subject'];
  month   CONSTANT timestamptz := date_trunc('month', moment);
  whole   text;
  part    text;
  indexed text;
  made    integer := 0;
BEGIN
  IF NOT EXISTS (SELECT FROM unnest(parents) AS p (name) WHERE to_regclass('sminion.' || p.name || to_char(month, '_YYYY_MM')) IS NULL) THEN
    RETURN 0;
  END IF;
  -- Two at once would make the same partition. A table's lock and no advisory one, which any client could take and keep.
  -- It conflicts with no reader or writer, so nobody queues behind it while it waits.
  BEGIN
    LOCK TABLE ONLY sminion.statement_event, ONLY sminion.statement_result, ONLY sminion.statement_subject,
      ONLY sminion.log_fault, ONLY sminion.write_event, ONLY sminion.write_subject IN SHARE UPDATE EXCLUSIVE MODE;
  EXCEPTION WHEN lock_not_available THEN
    PERFORM sminion.refuse_locked_log('extended');
  END;
  FOREACH whole IN ARRAY parents LOOP
    part := whole || to_char(month, '_YYYY_MM');
    CONTINUE WHEN to_regclass('sminion.' || part) IS NOT NULL;
    EXECUTE format('CREATE TABLE sminion.%I (LIKE sminion.%I INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', part, whole);
    FOR indexed IN
      SELECT i.definition FROM (VALUES
        -- In the order of time, so that the newest rows are found without a sort.
        ('statement_event', '(at)'), ('statement_event', '(writer, place)'), ('statement_event', '(ticket)'),
        ('statement_event', '(at) WHERE refused'),
        ('statement_result', 'USING brin (at)'), ('statement_result', '(writer, statement)'),
        ('statement_result', '(at) WHERE outcome = ''refused'''),
        ('statement_subject', 'USING brin (at)'), ('statement_subject', '(subject, at)'),
        ('log_fault', '(at)'),
        -- Grows at its right end, as an index of random numbers would not; subjects are joined by both.
        ('write_event', '(at)'), ('write_event', '(ticket) WHERE ticket IS NOT NULL'),
        ('write_subject', 'USING brin (at)'), ('write_subject', '(subject, at)')
      ) AS i (parent, definition) WHERE i.parent = whole
    LOOP
      EXECUTE format('CREATE INDEX ON sminion.%I %s', part, indexed);
    END LOOP;
    -- For reading in the order of numbers, which is the order in which rows are written: a range of pages has a range of numbers.
    EXECUTE format('CREATE INDEX ON sminion.%I USING brin (number) WITH (pages_per_range = 32, autosummarize = on)', part);
    EXECUTE format(
      'CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON sminion.%I '
      || 'FOR EACH STATEMENT EXECUTE FUNCTION sminion.append_only()', part);
    EXECUTE format(
      'ALTER TABLE sminion.%I ATTACH PARTITION sminion.%I FOR VALUES FROM (%L) TO (%L)',
      whole, part, month, month + interval '1 month');
    PERFORM sminion.let_dump(to_regclass('sminion.' || part));
    made := made + 1;
  END LOOP;
  RETURN made;
END
$sminion$;

-- functions/log/extend_log.sql
-- Makes the partitions of the logs of statements and writes for this month and the next ones, in UTC; returns how many it
-- made. `maintain` and `settle` call it when the next month is missing.
CREATE FUNCTION sminion.extend_log(months integer DEFAULT 3) RETURNS integer
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
SET lock_timeout = '1s'
AS $sminion$
DECLARE
  made integer := 0;
BEGIN
  -- Partitions stay until their months are over: a number that is too large by mistake would leave thousands of them.
  IF months > 24 THEN
    RAISE EXCEPTION USING ERRCODE = 'SG612',
      MESSAGE = format('partitions of the log are made for 24 months ahead at most, not %s', months),
      HINT = 'Call `sminion.extend_log()` regularly; `maintain` and `settle` call it too.';
  END IF;
  FOR n IN 0 .. greatest(months, 0) LOOP
    made := made + sminion.make_month(date_trunc('month', clock_timestamp()) + make_interval(months => n));
  END LOOP;
  RETURN made;
END
$sminion$;
COMMENT ON FUNCTION sminion.extend_log(integer) IS 'creates the partitions of the coming months; returns how many it created';

-- functions/log/logged_subject.sql
-- The key of a subject as the log keeps it: unchanged where it is safe to read, which numbers and uuids are, also after a kind.
CREATE FUNCTION sminion.logged_subject(subject text) RETURNS text
LANGUAGE sql
IMMUTABLE
RETURN CASE WHEN length(subject) <= 77 AND ltrim(subject, '-0123456789abcdefghijklmnopqrstuvwxyz_:') = '' THEN subject
  ELSE sminion.log_text(left(subject, 401), 400) END;

-- functions/log/fault_text.sql
-- What a login wrote to the log and the log could not take, as it can be read: text if it is text, else with escapes; cut off.
CREATE FUNCTION sminion.fault_text(entry bytea) RETURNS text
LANGUAGE plpgsql
STABLE
STRICT
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  most CONSTANT integer := 4000;
BEGIN
  RETURN sminion.log_text(left(convert_from(entry, 'UTF8'), most + 1), most);
EXCEPTION WHEN data_exception THEN
  RETURN sminion.log_text(encode(substr(entry, 1, most), 'escape'), most);
END
$sminion$;

-- functions/log/journal_json.sql
-- The entries of a batch as JSON; NULL when the bytes are not UTF-8, not JSON, or hold a NUL. It never raises for what a
-- login wrote, so no view fails because of it.
CREATE FUNCTION sminion.journal_json(entries bytea) RETURNS jsonb
LANGUAGE plpgsql
STABLE
STRICT
SET search_path = pg_catalog, pg_temp
AS $sminion$
BEGIN
  RETURN convert_from(entries, 'UTF8')::jsonb;
EXCEPTION WHEN data_exception OR program_limit_exceeded OR statement_too_complex OR feature_not_supported THEN
  RETURN NULL;
END
$sminion$;

-- functions/log/journal_texts.sql
-- The entries of a batch as they were written, for faults: what JSON they are may be thousands of times longer than its text,
-- such as a number with an exponent. NULL when the bytes are no JSON array.
CREATE FUNCTION sminion.journal_texts(entries bytea) RETURNS text[]
LANGUAGE plpgsql
STABLE
STRICT
SET search_path = pg_catalog, pg_temp
AS $sminion$
BEGIN
  RETURN ARRAY(
    SELECT e.value::text FROM json_array_elements(convert_from(entries, 'UTF8')::json) WITH ORDINALITY AS e (value, n) ORDER BY e.n);
EXCEPTION WHEN data_exception OR program_limit_exceeded OR statement_too_complex OR feature_not_supported THEN
  RETURN NULL;
END
$sminion$;

-- functions/log/journal_number.sql
-- A number that an entry of the journal claims: a whole one from 0 on, of 18 digits at most, else NULL. It is looked at as a
-- number, since as text it may be as long as its exponent says. (No BETWEEN: a dump writes it in another way.)
CREATE FUNCTION sminion.journal_number(value jsonb) RETURNS bigint
LANGUAGE sql
IMMUTABLE
RETURN CASE WHEN jsonb_typeof(value) = 'number' THEN
  CASE WHEN value::numeric >= '0'::numeric AND value::numeric <= '999999999999999999'::numeric
         AND trunc(value::numeric) = value::numeric THEN value::bigint END END;

-- functions/log/journal_rows.sql
-- Rows of the journal: those at the places in `chosen`, or all of them when it is NULL.
CREATE FUNCTION sminion.journal_rows(chosen tid[]) RETURNS SETOF sminion.journal
LANGUAGE plpgsql
STABLE
SET search_path = pg_catalog, pg_temp
AS $sminion$
BEGIN
  IF chosen IS NULL THEN
    RETURN QUERY SELECT j.* FROM sminion.journal j;
  ELSE
    RETURN QUERY SELECT j.* FROM sminion.journal j WHERE j.ctid = ANY (chosen);
  END IF;
END
$sminion$;

-- functions/log/journal_batches.sql
-- The batches of the journal, judged: what each one is, apart from its entries. A batch that is in the log already, or in the
-- journal twice, is left out: it was sent again because its answer was lost.
--
-- They are judged in the order in which sminion.fold takes them, each by those before it. So it makes no difference how many
-- are judged at once: the views say of the journal what the log is going to say.
--
-- chosen:   as sminion.journal_rows.
-- proof:    sha256(key || sha256(entries) || writer || first), where the key is the SHA-256 of the writer's secret and both
--           numbers have eight bytes. Each part has a fixed length, so nobody who sees one proof can make another.
-- after:    the last place of the writer before this batch. Places between it and `first` are missing.
-- code:     NULL when the entries may be read.
CREATE FUNCTION sminion.journal_batches(
  chosen tid[],
  OUT at timestamptz, OUT transaction xid8, OUT login name, OUT writer bigint, OUT first bigint, OUT proof bytea,
  OUT entries bytea, OUT parsed jsonb, OUT many integer, OUT after bigint, OUT away boolean, OUT code text, OUT message text
) RETURNS SETOF record
LANGUAGE plpgsql
STABLE
SET search_path = pg_catalog, pg_temp
AS $sminion$
#variable_conflict use_column
DECLARE
  -- Each entry becomes a row: a batch of millions of empty ones would make a large log of a small journal. The time
  -- of folding is bounded by bytes, so entries of a long batch have the bytes that the shortest one needs that says anything.
  most     CONSTANT integer := 10000;
  short    CONSTANT integer := 100;
  smallest CONSTANT integer := 20;
  b        record;
  current  bigint;
  last     bigint;
BEGIN
  FOR b IN
    WITH proved AS MATERIALIZED (
      SELECT j.*, w.id IS NOT NULL AS own, w.place, w.home IS NOT NULL AS away
      FROM sminion.journal_rows(chosen) j
      LEFT JOIN sminion.log_writer w
        ON w.id = j.writer AND w.login = j.login AND j.first BETWEEN 1 AND 1000000000000000
          AND j.proof = sha256(w.secret_hash || sha256(j.entries) || int8send(j.writer) || int8send(j.first))
      WHERE j.event IS NULL
    ), counted AS (
      SELECT p.*, p.own AND row_number() OVER (PARTITION BY p.own, p.writer, p.first, p.proof ORDER BY p.transaction, p.at) > 1 AS again
      FROM proved p
    )
    SELECT c.*, CASE WHEN c.own THEN sminion.journal_json(c.entries) END AS parsed
    FROM counted c
    -- LIMIT: by its index, however many there are.
    LEFT JOIN LATERAL (
      SELECT true AS found FROM sminion.folded_batch f WHERE c.own AND f.writer = c.writer AND f.first = c.first AND f.proof = c.proof LIMIT 1
    ) AS folded ON true
    WHERE NOT c.again AND folded.found IS NULL
    ORDER BY c.own, c.writer, c.transaction, c.at, c.first
  LOOP
    at := b.at;
    transaction := b.transaction;
    login := b.login;
    writer := b.writer;
    first := b.first;
    proof := b.proof;
    entries := b.entries;
    parsed := b.parsed;
    away := b.away;
    many := 1;
    after := NULL;
    IF NOT b.own THEN
      code := 'SG604';
      message := format('login `%s` has no log writer %s that made this batch', b.login, b.writer);
      RETURN NEXT;
      CONTINUE;
    END IF;
    IF current IS DISTINCT FROM b.writer THEN
      current := b.writer;
      last := b.place;
    END IF;
    after := last;
    IF b.first <= last THEN
      code := 'SG608';
      message := format('log writer %s is at place %s, and this is not the batch that it wrote from place %s on', b.writer, last, b.first);
      RETURN NEXT;
      CONTINUE;
    END IF;
    IF jsonb_typeof(b.parsed) = 'array' THEN
      many := jsonb_array_length(b.parsed);
    END IF;
    IF jsonb_typeof(b.parsed) = 'array' AND many BETWEEN 1 AND most
      AND (many <= short OR many <= octet_length(b.entries) / smallest)
    THEN
      code := NULL;
      message := NULL;
    ELSE
      many := 1;
      code := 'SG605';
      message := format('the batch is no JSON array of 1 to %s entries, or they are too short to say anything', most);
    END IF;
    last := b.first + many - 1;
    RETURN NEXT;
  END LOOP;
END
$sminion$;

-- functions/log/journal_entries.sql
-- The entries of the journal as events, one a row, in the order of their places. What an entry claims is compared with what
-- the database knows; an entry that does not stand that is a `fault`, and nothing is dropped.
--
-- An entry is an object. A statement: ticket, shape (of sminion.log_shape), and, where it is known, what came of it; a
-- result: of (the place of its statement) and what came of it: outcome, codes, rows, microseconds, bulk, subjects.
--
-- kind:  statement, result or fault; a result has ticket and shape of its statement.
-- of:    the place of the statement that a result belongs to.
-- entry: of a fault, what was written, as bytes; NULL for places that are missing.
-- batch: the first place of the batch, and its proof; NULL for places that are missing.
-- own:   whether the writer's process made the row.
CREATE FUNCTION sminion.journal_entries(
  chosen tid[],
  OUT at timestamptz, OUT transaction xid8, OUT login name, OUT kind text, OUT writer bigint, OUT place bigint, OUT of bigint,
  OUT ticket bigint, OUT shape bigint, OUT refused boolean, OUT outcome text, OUT codes text[], OUT rows bigint,
  OUT microseconds bigint, OUT bulk bigint, OUT subjects jsonb, OUT code text, OUT message text, OUT entry bytea,
  OUT batch bigint, OUT proof bytea, OUT own boolean
) RETURNS SETOF record
LANGUAGE sql
STABLE
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $sminion$
  WITH batch AS MATERIALIZED (
    SELECT * FROM sminion.journal_batches(chosen)
  ), said AS (
    SELECT b.at, b.transaction, b.login, b.writer, b.first, b.proof, b.entries, b.first + e.n - 1 AS place, b.away, e.n,
           jsonb_typeof(e.value) = 'object' AS is_object, e.value ? 'of' AS follows,
           e.value -> 'of' AS raw_of, e.value -> 'ticket' AS raw_ticket, e.value -> 'shape' AS raw_shape,
           e.value -> 'outcome' AS raw_outcome, e.value -> 'codes' AS raw_codes, e.value -> 'rows' AS raw_rows,
           e.value -> 'microseconds' AS raw_microseconds, e.value -> 'bulk' AS raw_bulk, e.value -> 'subjects' AS raw_subjects
    FROM batch b CROSS JOIN LATERAL jsonb_array_elements(b.parsed) WITH ORDINALITY AS e (value, n)
    WHERE b.code IS NULL
  ), typed AS (
    SELECT s.*, sminion.journal_number(s.raw_of) AS of, sminion.journal_number(s.raw_ticket) AS ticket,
           sminion.journal_number(s.raw_shape) AS shape, sminion.journal_number(s.raw_rows) AS rows,
           sminion.journal_number(s.raw_microseconds) AS microseconds, sminion.journal_number(s.raw_bulk) AS bulk,
           -- Compared as JSON: the text of what is no string may be very long.
           CASE s.raw_outcome WHEN '"done"' THEN 'done' WHEN '"refused"' THEN 'refused' WHEN '"failed"' THEN 'failed' END AS outcome,
           CASE WHEN jsonb_typeof(s.raw_codes) = 'array' THEN
             CASE WHEN NOT jsonb_path_exists(s.raw_codes, 'strict $[*] ? (@.type() != "string")') THEN s.raw_codes END END AS codes,
           CASE WHEN jsonb_typeof(s.raw_subjects) = 'array' THEN
             CASE WHEN NOT jsonb_path_exists(s.raw_subjects, 'strict $[*] ? (@.type() != "string")') THEN s.raw_subjects END END AS subjects
    FROM said s
  ), read AS MATERIALIZED (
    SELECT t.at, t.transaction, t.login, t.writer, t.first, t.proof, t.entries, t.place, t.away, t.n, t.follows, t.of, t.ticket,
           t.shape, t.outcome, t.codes, t.rows, t.microseconds, t.bulk, t.subjects,
           t.is_object
           AND CASE WHEN t.follows THEN t.of BETWEEN 1 AND t.place - 1 AND t.outcome IS NOT NULL
                 ELSE t.ticket IS NOT NULL AND t.shape IS NOT NULL END
           AND CASE WHEN t.outcome IS NULL THEN t.codes IS NULL AND t.microseconds IS NULL
                 ELSE t.codes IS NOT NULL AND t.microseconds IS NOT NULL AND (t.outcome = 'done') = (t.codes = '[]') END
           AND (t.outcome IS NULL) = (coalesce(t.raw_outcome, 'null') = 'null')
           AND (t.codes IS NULL) = (coalesce(t.raw_codes, 'null') = 'null')
           AND (t.microseconds IS NULL) = (coalesce(t.raw_microseconds, 'null') = 'null')
           AND (t.rows IS NULL) = (coalesce(t.raw_rows, 'null') = 'null')
           AND (t.bulk IS NULL) = (coalesce(t.raw_bulk, 'null') = 'null')
           AND (t.subjects IS NULL) = (coalesce(t.raw_subjects, 'null') = 'null') AS formed
    FROM typed t
  ), statement AS MATERIALIZED (
    -- A ticket that somebody else opened, or that its writer rolled back, is no reason of this login. The tickets of a login
    -- whose home is another database (see sminion.keep_log_of) are not here to be looked at.
    SELECT r.*, h.verdict,
           CASE WHEN r.away OR k.id IS NOT NULL THEN h.id IS NULL END AS strange
    FROM read r
    LEFT JOIN sminion.ticket k ON NOT r.away AND k.id = r.ticket AND (k.login = r.login) IS TRUE
    LEFT JOIN sminion.statement_shape h ON h.id = r.shape
    WHERE r.formed AND NOT r.follows
  ), result AS (
    SELECT r.*, coalesce(s.ticket, e.ticket) AS of_ticket, coalesce(s.shape, e.shape) AS of_shape
    FROM read r
    LEFT JOIN statement s ON s.writer = r.writer AND s.place = r.of AND NOT s.strange
    LEFT JOIN LATERAL (
      SELECT v.ticket, v.shape FROM sminion.statement_event v WHERE s.place IS NULL AND v.writer = r.writer AND v.place = r.of
      LIMIT 1
    ) e ON true
    WHERE r.formed AND r.follows
  ), wrong AS MATERIALIZED (
    SELECT s.at, s.transaction, s.login, s.writer, s.place, s.first, s.proof, s.entries, s.n,
           CASE WHEN s.strange THEN 'SG605' ELSE 'SG603' END AS code,
           CASE WHEN s.strange THEN format('no statement has shape %s', s.shape)
             ELSE format('ticket %s is not a committed one of login `%s`', s.ticket, s.login) END AS message
    FROM statement s WHERE s.strange IS DISTINCT FROM false
    UNION ALL
    SELECT r.at, r.transaction, r.login, r.writer, r.place, r.first, r.proof, r.entries, r.n, 'SG605',
           format('a result is of an earlier statement, not of %s', r.of)
    FROM result r WHERE r.of_ticket IS NULL
    UNION ALL
    SELECT r.at, r.transaction, r.login, r.writer, r.place, r.first, r.proof, r.entries, r.n, 'SG605', 'an entry of the log is malformed'
    FROM read r WHERE r.formed IS NOT TRUE
  ), written AS (
    -- Each batch of them is read once, as text.
    SELECT w.writer, w.first, t.n, t.entry
    FROM (SELECT DISTINCT ON (w.writer, w.first) w.writer, w.first, w.entries FROM wrong w) w
    CROSS JOIN LATERAL unnest(sminion.journal_texts(w.entries)) WITH ORDINALITY AS t (entry, n)
  )
  SELECT s.at, s.transaction, s.login, 'statement', s.writer, s.place, NULL::bigint, s.ticket, s.shape,
         s.verdict = 'refused' OR s.outcome IS NOT DISTINCT FROM 'refused', s.outcome, c.codes, s.rows, s.microseconds, s.bulk,
         s.subjects, NULL, NULL, NULL::bytea, s.first, s.proof, true
  FROM statement s CROSS JOIN LATERAL (
    SELECT CASE WHEN s.codes = '[]' THEN '{}'::text[]
             WHEN s.codes IS NOT NULL THEN sminion.log_texts(ARRAY(SELECT t.value FROM jsonb_array_elements_text(s.codes) AS t (value)), 50) END
  ) AS c (codes)
  WHERE s.strange = false
  UNION ALL
  SELECT r.at, r.transaction, r.login, 'result', r.writer, r.place, r.of, r.of_ticket, r.of_shape, r.outcome = 'refused',
         r.outcome, c.codes, r.rows, r.microseconds, r.bulk, r.subjects, NULL, NULL, NULL, r.first, r.proof, true
  FROM result r CROSS JOIN LATERAL (
    SELECT CASE WHEN r.codes = '[]' THEN '{}'::text[]
             ELSE sminion.log_texts(ARRAY(SELECT t.value FROM jsonb_array_elements_text(r.codes) AS t (value)), 50) END
  ) AS c (codes)
  WHERE r.of_ticket IS NOT NULL
  UNION ALL
  SELECT w.at, w.transaction, w.login, 'fault', w.writer, w.place, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
         w.code, w.message, convert_to(coalesce(t.entry, ''), 'UTF8'), w.first, w.proof, true
  FROM wrong w LEFT JOIN written t ON t.writer = w.writer AND t.first = w.first AND t.n = w.n
  UNION ALL
  SELECT b.at, b.transaction, b.login, 'fault', b.writer, b.first, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
         b.code, b.message, b.entries, b.first, b.proof, b.after IS NOT NULL
  FROM batch b WHERE b.code IS NOT NULL
  UNION ALL
  SELECT b.at, b.transaction, b.login, 'fault', b.writer, b.after + 1, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
         'SG604', format('places %s to %s of log writer %s are missing', b.after + 1, b.first - 1, b.writer), NULL, NULL, NULL, true
  FROM batch b WHERE b.first > b.after + 1
$sminion$;

-- functions/log/unfolded_entries.sql
-- The entries that are still in the journal, for the views, which show log and journal as one.
--
-- Mostly there are none, and then a view must not pay for them: to plan the query below takes ten times as long as most
-- questions to the log. So it is asked first whether there is a row, and the query stands in PL/pgSQL, which plans it when it
-- is reached, and once in a session.
CREATE FUNCTION sminion.unfolded_entries(
  OUT at timestamptz, OUT login name, OUT kind text, OUT writer bigint, OUT place bigint, OUT of bigint, OUT ticket bigint,
  OUT shape bigint, OUT refused boolean, OUT outcome text, OUT codes text[], OUT rows bigint, OUT microseconds bigint,
  OUT bulk bigint, OUT subjects text[], OUT code text, OUT message text, OUT entry text, OUT size integer, OUT digest bytea
) RETURNS SETOF record
LANGUAGE plpgsql
STABLE
SECURITY DEFINER
ROWS 100
SET search_path = pg_catalog, pg_temp
AS $sminion$
#variable_conflict use_column
BEGIN
  IF NOT EXISTS (SELECT FROM sminion.journal j WHERE j.event IS NULL) THEN
    RETURN;
  END IF;
  RETURN QUERY SELECT j.at, j.login, j.kind, j.writer, j.place, j.of, j.ticket, j.shape, j.refused, j.outcome, j.codes, j.rows,
         j.microseconds, j.bulk,
         ARRAY(SELECT sminion.logged_subject(s.subject) FROM jsonb_array_elements_text(j.subjects) AS s (subject)
               WHERE NOT EXISTS (SELECT FROM sminion.erasure e WHERE e.holder = 'subject:' || sminion.logged_subject(s.subject))),
         j.code, j.message, sminion.fault_text(j.entry), coalesce(octet_length(j.entry), 0), sha256(coalesce(j.entry, ''))
  FROM sminion.journal_entries(NULL) j;
END
$sminion$;
COMMENT ON FUNCTION sminion.unfolded_entries() IS 'the rows of the log that wait in the journal; for the views';

-- functions/log/journal_writes.sql
-- The writes to protected tables that are in the journal, as sminion.record_write put them there.
--
-- chosen: as sminion.journal_rows.
CREATE FUNCTION sminion.journal_writes(
  chosen tid[],
  OUT at timestamptz, OUT transaction xid8, OUT login name, OUT id bigint, OUT ticket bigint, OUT role name, OUT operation text,
  OUT relation text, OUT columns text[], OUT rows bigint, OUT bulk bigint, OUT subjects text[]
) RETURNS SETOF record
LANGUAGE sql
STABLE
SET search_path = pg_catalog, pg_temp
AS $sminion$
  SELECT j.at, j.transaction, j.login, e.id, e.ticket, e.role, e.operation, e.relation, e.columns, e.rows, e.bulk, e.subjects
  FROM sminion.journal_rows(chosen) j
  CROSS JOIN LATERAL jsonb_to_record(j.event) AS e (
    id bigint, ticket bigint, role name, operation text, relation text, columns text[], rows bigint, bulk bigint, subjects text[])
  WHERE j.event IS NOT NULL
$sminion$;

-- functions/log/unfolded_writes.sql
-- The writes that are still in the journal, for the views, which show log and journal as one; as unfolded_entries.
CREATE FUNCTION sminion.unfolded_writes(
  OUT at timestamptz, OUT transaction xid8, OUT login name, OUT id bigint, OUT ticket bigint, OUT role name, OUT operation text,
  OUT relation text, OUT columns text[], OUT rows bigint, OUT bulk bigint, OUT subjects text[]
) RETURNS SETOF record
LANGUAGE plpgsql
STABLE
SECURITY DEFINER
ROWS 100
SET search_path = pg_catalog, pg_temp
AS $sminion$
#variable_conflict use_column
BEGIN
  IF NOT EXISTS (SELECT FROM sminion.journal j WHERE j.event IS NOT NULL) THEN
    RETURN;
  END IF;
  RETURN QUERY SELECT w.at, w.transaction, w.login, w.id, w.ticket, w.role, w.operation, w.relation, w.columns, w.rows, w.bulk,
         ARRAY(SELECT s.subject FROM unnest(w.subjects) AS s (subject)
               WHERE NOT EXISTS (SELECT FROM sminion.erasure e WHERE e.holder = 'subject:' || s.subject))
  FROM sminion.journal_writes(NULL) w;
END
$sminion$;
COMMENT ON FUNCTION sminion.unfolded_writes() IS 'the writes that wait in the journal; for the views';

-- functions/log/number_events.sql
-- Numbers the events that have a table of their own and no entry in the journal, such as tickets: those of transactions that are
-- older than `horizon`, in their order, at most `most` of each kind. Makes the salts that their leaves need. Returns how many
-- there are. For sminion.fold, which calls it under the lock of fold_state.
--
-- before: the number of the last event before.
CREATE FUNCTION sminion.number_events(before bigint, horizon xid8, most integer) RETURNS bigint
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $sminion$
DECLARE
  -- The limit of a run: see sminion.event_run.
  limited CONSTANT integer := least(greatest(most, 1), 5000);
  source  record;
  taken   bigint[];
  last    xid8;
  number  bigint := before;
BEGIN
  FOR source IN SELECT s.* FROM sminion.event_source s ORDER BY s.kind COLLATE "C" LOOP
    -- One query for each kind: so each is planned once in a session.
    CASE source.kind
      WHEN 'ticket' THEN
        SELECT array_agg(k.id ORDER BY k.writer, k.id), max(k.writer) INTO taken, last
        FROM (
          SELECT k.writer, k.id FROM sminion.ticket k
          WHERE k.writer >= source.transaction AND k.writer < horizon AND (k.writer, k.id) > (source.transaction, source.key)
            AND k.id > source.restored
          ORDER BY k.writer, k.id LIMIT limited) k;
      WHEN 'writer' THEN
        SELECT array_agg(w.id ORDER BY w.transaction, w.id), max(w.transaction) INTO taken, last
        FROM (
          SELECT w.transaction, w.id FROM sminion.log_writer w
          WHERE w.transaction >= source.transaction AND w.transaction < horizon
            AND (w.transaction, w.id) > (source.transaction, source.key) AND w.id > source.restored
          ORDER BY w.transaction, w.id LIMIT limited) w;
      WHEN 'state' THEN
        SELECT array_agg(e.id ORDER BY e.transaction, e.id), max(e.transaction) INTO taken, last
        FROM (
          SELECT e.transaction, e.id FROM sminion.subject_event e
          WHERE e.transaction >= source.transaction AND e.transaction < horizon
            AND (e.transaction, e.id) > (source.transaction, source.key) AND e.id > source.restored
          ORDER BY e.transaction, e.id LIMIT limited) e;
      WHEN 'request' THEN
        SELECT array_agg(e.id ORDER BY e.transaction, e.id), max(e.transaction) INTO taken, last
        FROM (
          SELECT e.transaction, e.id FROM sminion.request_event e
          WHERE e.transaction >= source.transaction AND e.transaction < horizon
            AND (e.transaction, e.id) > (source.transaction, source.key) AND e.id > source.restored
          ORDER BY e.transaction, e.id LIMIT limited) e;
      ELSE
        -- Few rows.
        SELECT array_agg(r.key ORDER BY r.transaction, r.key), max(r.transaction) INTO taken, last
        FROM (
          SELECT r.transaction, r.key
          FROM (
            SELECT 'policy' AS kind, p.transaction, p.epoch::bigint AS key FROM sminion.policy_version p
            UNION ALL SELECT 'dropped_month', d.transaction, d.id FROM sminion.dropped_log d
            UNION ALL SELECT 'suspension', d.transaction, d.id FROM sminion.ddl_suspension d
            UNION ALL SELECT 'act', a.transaction, a.id FROM sminion.act a
          ) r
          WHERE r.kind = source.kind AND r.transaction < horizon
            AND (r.transaction, r.key) > (source.transaction, source.key) AND r.key > source.restored
          ORDER BY r.transaction, r.key LIMIT limited) r;
    END CASE;
    CONTINUE WHEN taken IS NULL;
    INSERT INTO sminion.event_run (first, kind, keys) VALUES (number + 1, source.kind, taken);
    UPDATE sminion.event_source s SET transaction = last, key = taken[cardinality(taken)] WHERE s.kind = source.kind;
    number := number + cardinality(taken);
    IF source.kind = 'ticket' THEN
      INSERT INTO sminion.salt (holder)
      SELECT 'actor:' || to_char(k.opened_at AT TIME ZONE 'UTC', 'YYYY-MM:') || k.actor FROM sminion.ticket k WHERE k.id = ANY (taken)
      UNION SELECT 'texts:' || to_char(k.opened_at AT TIME ZONE 'UTC', 'YYYY-MM') FROM sminion.ticket k WHERE k.id = ANY (taken)
      UNION SELECT 'subject:' || k.subject FROM sminion.ticket k WHERE k.id = ANY (taken) AND k.subject IS NOT NULL
      ON CONFLICT DO NOTHING;
    ELSIF source.kind = 'state' THEN
      INSERT INTO sminion.salt (holder)
      SELECT 'actor:' || to_char(e.at AT TIME ZONE 'UTC', 'YYYY-MM:') || e.actor FROM sminion.subject_event e WHERE e.id = ANY (taken)
      UNION SELECT 'texts:' || to_char(e.at AT TIME ZONE 'UTC', 'YYYY-MM') FROM sminion.subject_event e WHERE e.id = ANY (taken)
      UNION SELECT 'subject:' || e.subject FROM sminion.subject_event e WHERE e.id = ANY (taken) AND e.subject IS NOT NULL
      ON CONFLICT DO NOTHING;
    ELSIF source.kind = 'request' THEN
      INSERT INTO sminion.salt (holder)
      SELECT 'actor:' || to_char(e.at AT TIME ZONE 'UTC', 'YYYY-MM:') || e.actor FROM sminion.request_event e WHERE e.id = ANY (taken)
      UNION SELECT 'texts:' || to_char(e.at AT TIME ZONE 'UTC', 'YYYY-MM') FROM sminion.request_event e WHERE e.id = ANY (taken)
      UNION SELECT 'subject:' || r.subject FROM sminion.request_event e JOIN sminion.request r ON r.id = e.request
            WHERE e.id = ANY (taken) AND r.subject IS NOT NULL
      ON CONFLICT DO NOTHING;
    END IF;
  END LOOP;
  RETURN number - before;
END
$sminion$;

-- functions/log/fold_rows.sql
-- Moves rows of the journal to the log, for sminion.fold: each entry becomes an event with a number of its own, without gaps.
-- Returns how many events there are.
--
-- chosen: the places of the rows.
-- number: of the last event before.
CREATE FUNCTION sminion.fold_rows(chosen tid[], number bigint) RETURNS bigint
LANGUAGE sql
VOLATILE
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $sminion$
  WITH entry AS (
    SELECT j.*, NULL::jsonb AS written FROM sminion.journal_entries(chosen) j
    UNION ALL
    SELECT w.at, w.transaction, w.login, 'write', NULL, w.id, NULL, w.ticket, NULL, NULL, NULL, w.columns, w.rows, NULL, w.bulk,
           to_jsonb(w.subjects), NULL, NULL, NULL, NULL, NULL, NULL,
           jsonb_build_object('role', w.role, 'operation', w.operation, 'relation', w.relation)
    FROM sminion.journal_writes(chosen) w
  ), event AS MATERIALIZED (
    SELECT e.*, fold_rows.number + row_number() OVER (ORDER BY e.transaction, e.at, e.writer, e.place) AS nth
    FROM entry e
  ), subject AS MATERIALIZED (
    SELECT e.nth, e.at, e.kind, e.writer, e.place, coalesce(e.of, e.place) AS statement, k.subject, f.holder IS NOT NULL AS erased
    FROM event e
    CROSS JOIN LATERAL jsonb_array_elements_text(e.subjects) AS s (subject)
    CROSS JOIN LATERAL (SELECT CASE e.kind WHEN 'write' THEN s.subject ELSE sminion.logged_subject(s.subject) END) AS k (subject)
    LEFT JOIN sminion.erasure f ON f.holder = 'subject:' || k.subject
  ), salted AS (
    INSERT INTO sminion.salt (holder)
    SELECT 'subject:' || s.subject FROM subject s WHERE NOT s.erased
    UNION SELECT 'login:' || e.login FROM event e WHERE e.kind = 'fault'
    ON CONFLICT DO NOTHING
  ), erased AS (
    -- Nobody brings back who was erased meanwhile: a commitment to nothing stands for the row.
    INSERT INTO sminion.erased (number, field, hash)
    SELECT s.nth, 'subject', sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())) FROM subject s WHERE s.erased
  ), statements AS (
    INSERT INTO sminion.statement_event (
      at, number, writer, place, ticket, shape, refused, outcome, codes, rows, microseconds, bulk)
    SELECT e.at, e.nth, e.writer, e.place, e.ticket, e.shape, e.refused, e.outcome, e.codes, e.rows, e.microseconds, e.bulk
    FROM event e WHERE e.kind = 'statement' ORDER BY e.nth
  ), results AS (
    INSERT INTO sminion.statement_result (at, number, writer, statement, outcome, codes, rows, microseconds, bulk)
    SELECT e.at, e.nth, e.writer, e.of, e.outcome, e.codes, e.rows, e.microseconds, e.bulk
    FROM event e WHERE e.kind = 'result' ORDER BY e.nth
  ), subjects AS (
    INSERT INTO sminion.statement_subject (at, writer, statement, number, subject)
    SELECT s.at, s.writer, s.statement, s.nth, s.subject FROM subject s WHERE s.kind <> 'write' AND NOT s.erased
  ), writes AS (
    INSERT INTO sminion.write_event (
      at, number, id, transaction, ticket, login, role, operation, relation, columns, rows, bulk)
    SELECT e.at, e.nth, e.place, e.transaction, e.ticket, e.login, (e.written ->> 'role')::name, e.written ->> 'operation',
           e.written ->> 'relation', e.codes, e.rows, e.bulk
    FROM event e WHERE e.kind = 'write' ORDER BY e.nth
  ), written AS (
    INSERT INTO sminion.write_subject (at, event, number, subject)
    SELECT s.at, s.place, s.nth, s.subject FROM subject s WHERE s.kind = 'write' AND NOT s.erased
  ), faults AS (
    INSERT INTO sminion.log_fault (at, number, login, writer, place, code, message, entry, size, digest)
    SELECT e.at, e.nth, e.login, e.writer, e.place, e.code, e.message, sminion.fault_text(e.entry),
           coalesce(octet_length(e.entry), 0), sha256(coalesce(e.entry, ''))
    FROM event e WHERE e.kind = 'fault' ORDER BY e.nth
  ), batches AS (
    INSERT INTO sminion.folded_batch (writer, first, proof)
    SELECT DISTINCT e.writer, e.batch, e.proof FROM event e
    WHERE e.own AND e.batch IS NOT NULL AND e.code IS DISTINCT FROM 'SG608'
    ON CONFLICT DO NOTHING
  ), writers AS (
    UPDATE sminion.log_writer w SET place = l.last
    FROM (SELECT e.writer, max(e.place) AS last FROM event e WHERE e.own AND e.code IS DISTINCT FROM 'SG608' GROUP BY e.writer) l
    WHERE w.id = l.writer AND w.place < l.last
  ), removed AS (
    DELETE FROM sminion.journal j WHERE j.ctid = ANY (chosen)
  )
  SELECT count(*) FROM event
$sminion$;

-- functions/log/fold_fault.sql
-- Moves one row of the journal to the log as a fault, for sminion.fold, where sminion.fold_rows failed. Returns how many events
-- that makes.
CREATE FUNCTION sminion.fold_fault(chosen tid[], number bigint, message text) RETURNS bigint
LANGUAGE sql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
  WITH removed AS (
    DELETE FROM sminion.journal j WHERE j.ctid = ANY (chosen) RETURNING j.*
  ), salted AS (
    INSERT INTO sminion.salt (holder) SELECT DISTINCT 'login:' || r.login FROM removed r ON CONFLICT DO NOTHING
  ), fault AS (
    INSERT INTO sminion.log_fault (at, number, login, writer, place, code, message, entry, size, digest)
    SELECT r.at, fold_fault.number + row_number() OVER (ORDER BY r.at), r.login, coalesce(r.writer, 0), coalesce(r.first, 0), 'SG605',
           sminion.log_text(fold_fault.message, 1000), sminion.fault_text(e.entry), octet_length(e.entry), sha256(e.entry)
    FROM removed r CROSS JOIN LATERAL (SELECT coalesce(r.entries, convert_to(r.event::text, 'UTF8'))) AS e (entry)
    RETURNING 1
  )
  SELECT count(*) FROM fault
$sminion$;

-- functions/log/fold.sql
-- Moves rows of the journal to the log: at most `most` rows and 4 MB in a call, the oldest first. Numbers tickets, changes of
-- states and the like before (sminion.number_events). Returns how many rows of the journal it moved; NULL
-- while another session folds, and before the log has begun (sminion.begin_log).
--
-- The bytes bound the time that a call takes, whatever a login wrote: 4 MB, and 2,000 rows, hold 200,000 entries
-- (sminion.journal_batches) or a million subjects at most.
--
-- Only rows of transactions that are older than every running one are moved: so the log is written in one order, and each row
-- is moved once. A transaction that stays open makes younger rows wait in the journal, where the views show them too
-- (`maintenance_status`).
--
-- A row that cannot be moved, for a reason that nobody foresaw, becomes a fault and keeps no other row waiting.
CREATE FUNCTION sminion.fold(most integer DEFAULT 5000) RETURNS bigint
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
SET lock_timeout = '1s'
SET jit = off
AS $sminion$
DECLARE
  state   sminion.fold_state;
  cluster bigint := (SELECT c.system_identifier FROM pg_control_system() c);
  horizon xid8;
  chosen  tid[];
  until   xid8;
  month   timestamptz;
  moved   bigint;
  others  bigint := 0;
  more    bigint;
BEGIN
  PERFORM sminion.require_read_committed();
  SELECT f.* INTO state FROM sminion.fold_state f FOR UPDATE SKIP LOCKED;
  IF NOT FOUND THEN
    RETURN NULL;
  END IF;
  IF state.system_identifier <> cluster THEN
    -- A copy in another cluster, where transactions have other numbers: rows that came with it get one of this cluster.
    WITH old AS (DELETE FROM sminion.journal j RETURNING j.*)
    INSERT INTO sminion.journal (at, login, writer, first, proof, entries, event)
    SELECT o.at, o.login, o.writer, o.first, o.proof, o.entries, o.event FROM old o;
    -- What else came with it is numbered at once, and not looked at again.
    LOOP
      more := sminion.number_events(state.number + others, '18446744073709551615', 5000);
      EXIT WHEN more = 0;
      others := others + more;
    END LOOP;
    UPDATE sminion.event_source s SET transaction = '0', key = 0, restored = greatest(s.restored, s.key, coalesce(CASE s.kind
      WHEN 'ticket' THEN (SELECT max(k.id) FROM sminion.ticket k)
      WHEN 'writer' THEN (SELECT max(w.id) FROM sminion.log_writer w)
      WHEN 'state' THEN (SELECT max(e.id) FROM sminion.subject_event e)
      WHEN 'policy' THEN (SELECT max(p.epoch) FROM sminion.policy_version p)
      WHEN 'dropped_month' THEN (SELECT max(d.id) FROM sminion.dropped_log d)
      WHEN 'suspension' THEN (SELECT max(d.id) FROM sminion.ddl_suspension d)
      WHEN 'act' THEN (SELECT max(a.id) FROM sminion.act a) END, 0));
    UPDATE sminion.fold_state SET number = state.number + others, system_identifier = cluster, lowest = '0';
    RETURN 0;
  END IF;

  horizon := pg_snapshot_xmin(pg_current_snapshot());
  -- Cheap beside what moves entries: up to four runs of each kind.
  FOR part IN 1 .. 4 LOOP
    more := sminion.number_events(state.number + others, horizon, 5000);
    others := others + more;
    EXIT WHEN more < 5000;
  END LOOP;
  state.number := state.number + others;
  SELECT array_agg(o.ctid ORDER BY o.nth) INTO chosen
  FROM (
    SELECT j.ctid, row_number() OVER w AS nth, sum(coalesce(octet_length(j.entries), pg_column_size(j.event))) OVER w AS bytes
    FROM sminion.journal j
    WHERE j.transaction >= state.lowest AND j.transaction < horizon
    WINDOW w AS (ORDER BY j.transaction, j.at, j.first, j.ctid ROWS UNBOUNDED PRECEDING)
    ORDER BY j.transaction, j.at, j.first, j.ctid LIMIT greatest(most, 1)
  ) o
  WHERE o.nth = 1 OR o.bytes <= 4194304;
  IF chosen IS NULL THEN
    UPDATE sminion.fold_state SET number = state.number, folded_at = clock_timestamp();
    RETURN 0;
  END IF;
  FOR month IN
    SELECT DISTINCT date_trunc('month', j.at AT TIME ZONE 'UTC') AT TIME ZONE 'UTC' FROM sminion.journal_rows(chosen) j
  LOOP
    PERFORM sminion.make_month(month);
  END LOOP;

  LOOP
    SELECT max(j.transaction) INTO until FROM sminion.journal_rows(chosen) j;
    BEGIN
      moved := sminion.fold_rows(chosen, state.number);
      EXIT;
    EXCEPTION WHEN data_exception OR integrity_constraint_violation OR program_limit_exceeded THEN
      IF cardinality(chosen) > 1 THEN
        chosen := chosen[1:cardinality(chosen) / 2];
      ELSE
        moved := sminion.fold_fault(chosen, state.number, format('the row could not be moved: %s', SQLERRM));
        EXIT;
      END IF;
    END;
  END LOOP;
  UPDATE sminion.fold_state SET number = state.number + moved, lowest = until, folded_at = clock_timestamp();
  RETURN cardinality(chosen);
END
$sminion$;
COMMENT ON FUNCTION sminion.fold(integer) IS 'moves rows of the journal to the log; returns how many, NULL while another session does';

-- functions/log/fold_all.sql
-- Moves all of the journal to the log that can be moved now, and numbers all other events: for functions that change or remove what
-- is in the log. They keep the lock, so nothing is folded before they commit.
CREATE FUNCTION sminion.fold_all() RETURNS void
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  before bigint;
  after  bigint;
  moved  bigint;
BEGIN
  SELECT f.number INTO after FROM sminion.fold_state f FOR UPDATE;
  LOOP
    before := after;
    moved := sminion.fold();
    SELECT f.number INTO after FROM sminion.fold_state f;
    -- NULL before the log has begun.
    EXIT WHEN coalesce(moved, 0) = 0 AND after IS NOT DISTINCT FROM before;
  END LOOP;
END
$sminion$;

-- functions/proof/leaves.sql
-- The leaves of the log, from its rows: one for each event from `low` to `high`, as canonical bytes. An event whose row is gone has
-- none. docs/PROOF.md describes the format, version 1.
--
-- Whoever verifies compares this text with the one that he has (sminion_guard/audit); it calls nothing outside of pg_catalog. json_build_object
-- writes keys and values in the order in which they stand here, in the same way in every version of PostgreSQL and with every
-- setting: numbers in digits, moments as microseconds since 1970 in UTC, transactions as strings.
--
-- What may name a person is no part of a leaf: its commitment is (sminion.salt). `subjects` is one hash over the commitments
-- of all persons whose data the event held, in the order of their bytes. A long list, such as the columns of a table that has 1,600, is
-- hashed: a leaf of C2SP tlog-tiles has 65,535 bytes at most, and no login may keep the log from being published. What is
-- long is measured in its text: how a value is stored differs from one database to its copy.
CREATE FUNCTION sminion.leaves(low bigint, high bigint, OUT number bigint, OUT kind text, OUT leaf bytea) RETURNS SETOF record
LANGUAGE sql
STABLE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $sminion$
  WITH run AS MATERIALIZED (
    SELECT r.kind, r.first + k.nth - 1 AS number, k.key
    FROM sminion.event_run r CROSS JOIN LATERAL unnest(r.keys) WITH ORDINALITY AS k (key, nth)
    WHERE r.first > leaves.low - 5000 AND r.first <= leaves.high AND r.first + k.nth - 1 BETWEEN leaves.low AND leaves.high
  ), ticket AS MATERIALIZED (
    SELECT r.number, k.* FROM run r JOIN sminion.ticket k ON k.id = r.key WHERE r.kind = 'ticket'
  ), state AS MATERIALIZED (
    SELECT r.number, e.* FROM run r JOIN sminion.subject_event e ON e.id = r.key WHERE r.kind = 'state'
  ), request AS MATERIALIZED (
    SELECT r.number, e.*, q.subject FROM run r JOIN sminion.request_event e ON e.id = r.key JOIN sminion.request q ON q.id = e.request
    WHERE r.kind = 'request'
  ), fault AS MATERIALIZED (
    SELECT f.* FROM sminion.log_fault f WHERE f.number BETWEEN leaves.low AND leaves.high
  ), claim AS (
    SELECT s.number, 'subject:' || s.subject AS holder, 'subject' AS field, s.subject AS value
    FROM sminion.statement_subject s WHERE s.number BETWEEN leaves.low AND leaves.high
    UNION ALL
    SELECT s.number, 'subject:' || s.subject, 'subject', s.subject
    FROM sminion.write_subject s WHERE s.number BETWEEN leaves.low AND leaves.high
    UNION ALL
    SELECT k.number, 'subject:' || k.subject, 'about', k.subject FROM ticket k
    UNION ALL
    SELECT k.number, 'actor:' || to_char(k.opened_at AT TIME ZONE 'UTC', 'YYYY-MM:') || k.actor, f.field, f.value
    FROM ticket k CROSS JOIN LATERAL (VALUES
      ('actor', k.actor), ('client_address', host(k.client_address)), ('application', nullif(k.application, ''))) AS f (field, value)
    UNION ALL
    SELECT k.number, 'texts:' || to_char(k.opened_at AT TIME ZONE 'UTC', 'YYYY-MM'), f.field, f.value
    FROM ticket k CROSS JOIN LATERAL (VALUES
      ('reason', k.reason), ('basis_ref', k.basis_ref), ('values', nullif(k."values"::text, '{}'))) AS f (field, value)
    UNION ALL
    SELECT e.number, 'subject:' || e.subject, f.field, f.value
    FROM state e CROSS JOIN LATERAL (VALUES ('about', e.subject), ('channel', e.channel)) AS f (field, value)
    UNION ALL
    SELECT e.number, f.holder || e.month || f.name, f.field, f.value
    FROM (SELECT s.*, to_char(s.at AT TIME ZONE 'UTC', 'YYYY-MM') AS month FROM state s) e
    CROSS JOIN LATERAL (VALUES
      ('actor:', ':' || e.actor, 'actor', e.actor), ('texts:', '', 'reason', e.reason)) AS f (holder, name, field, value)
    UNION ALL
    SELECT e.number, 'subject:' || e.subject, 'about', e.subject FROM request e
    UNION ALL
    SELECT e.number, f.holder || e.month || f.name, f.field, f.value
    FROM (SELECT r.*, to_char(r.at AT TIME ZONE 'UTC', 'YYYY-MM') AS month FROM request r) e
    CROSS JOIN LATERAL (VALUES
      ('actor:', ':' || e.actor, 'actor', e.actor), ('texts:', '', 'reason', e.reason)) AS f (holder, name, field, value)
    UNION ALL
    SELECT f.number, 'login:' || f.login, v.field, v.value
    FROM fault f CROSS JOIN LATERAL (VALUES
      ('message', f.message), ('entry', f.entry), ('digest', encode(f.digest, 'hex'))) AS v (field, value)
  ), hidden AS MATERIALIZED (
    -- Without its salt a commitment is not the one that was sealed: then the leaf differs, and is not passed over.
    SELECT c.number, c.field,
           coalesce(sha256(sha256(z.salt || int8send(c.number) || convert_to(c.field, 'UTF8')) || convert_to(c.value, 'UTF8')), '') AS hash
    FROM claim c LEFT JOIN sminion.salt z ON z.holder = c.holder COLLATE "C"
    WHERE c.value IS NOT NULL
    UNION ALL
    SELECT e.number, e.field, e.hash FROM sminion.erased e WHERE e.number BETWEEN leaves.low AND leaves.high
  ), subjects AS MATERIALIZED (
    SELECT h.number, count(*) AS many, encode(sha256(string_agg(h.hash, '' ORDER BY h.hash)), 'hex') AS digest
    FROM hidden h WHERE h.field = 'subject' GROUP BY h.number
  ), texts AS MATERIALIZED (
    SELECT h.number, json_object_agg(h.field, encode(h.hash, 'hex') ORDER BY h.field COLLATE "C") AS hashes
    FROM hidden h WHERE h.field <> 'subject' GROUP BY h.number
  ), event AS (
    SELECT v.number, 'statement' AS kind, json_build_object(
             'v', 1, 'kind', 'statement', 'number', v.number, 'at', (extract(epoch FROM v.at) * 1000000)::bigint,
             'login', w.login, 'writer', v.writer, 'place', v.place, 'ticket', v.ticket, 'shape', encode(h.digest, 'hex'),
             'refused', v.refused, 'outcome', v.outcome,
             'codes', CASE WHEN v.codes IS NULL OR octet_length(array_to_json(v.codes)::text) <= 16000
               THEN array_to_json(v.codes)
               ELSE json_build_object('many', cardinality(v.codes),
                 'sha256', encode(sha256(convert_to(array_to_json(v.codes)::text, 'UTF8')), 'hex')) END,
             'rows', v.rows, 'microseconds', v.microseconds, 'bulk', v.bulk, 'listed', s.many, 'subjects', s.digest) AS leaf
    FROM sminion.statement_event v
    JOIN sminion.statement_shape h ON h.id = v.shape
    JOIN sminion.log_writer w ON w.id = v.writer
    LEFT JOIN subjects s ON s.number = v.number
    WHERE v.number BETWEEN leaves.low AND leaves.high
    UNION ALL
    SELECT v.number, 'result', json_build_object(
             'v', 1, 'kind', 'result', 'number', v.number, 'at', (extract(epoch FROM v.at) * 1000000)::bigint,
             'writer', v.writer, 'statement', v.statement, 'outcome', v.outcome,
             'codes', CASE WHEN v.codes IS NULL OR octet_length(array_to_json(v.codes)::text) <= 16000
               THEN array_to_json(v.codes)
               ELSE json_build_object('many', cardinality(v.codes),
                 'sha256', encode(sha256(convert_to(array_to_json(v.codes)::text, 'UTF8')), 'hex')) END,
             'rows', v.rows, 'microseconds', v.microseconds, 'bulk', v.bulk, 'listed', s.many, 'subjects', s.digest)
    FROM sminion.statement_result v
    LEFT JOIN subjects s ON s.number = v.number
    WHERE v.number BETWEEN leaves.low AND leaves.high
    UNION ALL
    SELECT v.number, 'write', json_build_object(
             'v', 1, 'kind', 'write', 'number', v.number, 'at', (extract(epoch FROM v.at) * 1000000)::bigint, 'id', v.id,
             'transaction', v.transaction, 'login', v.login, 'role', v.role, 'ticket', v.ticket, 'operation', v.operation,
             'relation', v.relation,
             'columns', CASE WHEN octet_length(array_to_json(v.columns)::text) <= 16000 THEN array_to_json(v.columns)
               ELSE json_build_object('many', cardinality(v.columns),
                 'sha256', encode(sha256(convert_to(array_to_json(v.columns)::text, 'UTF8')), 'hex')) END,
             'rows', v.rows, 'bulk', v.bulk, 'listed', s.many, 'subjects', s.digest)
    FROM sminion.write_event v
    LEFT JOIN subjects s ON s.number = v.number
    WHERE v.number BETWEEN leaves.low AND leaves.high
    UNION ALL
    SELECT v.number, 'fault', json_build_object(
             'v', 1, 'kind', 'fault', 'number', v.number, 'at', (extract(epoch FROM v.at) * 1000000)::bigint, 'login', v.login,
             'writer', v.writer, 'place', v.place, 'code', v.code, 'size', v.size, 'committed', t.hashes)
    FROM fault v
    LEFT JOIN texts t ON t.number = v.number
    UNION ALL
    SELECT k.number, 'ticket', json_build_object(
             'v', 1, 'kind', 'ticket', 'number', k.number, 'at', (extract(epoch FROM k.opened_at) * 1000000)::bigint,
             'id', k.id, 'transaction', k.writer, 'expires_at', (extract(epoch FROM k.expires_at) * 1000000)::bigint,
             'login', k.login, 'nth', k.nth, 'role', k.role, 'mask', k.mask, 'alternating', k.alternating, 'epoch', k.epoch,
             'require_tls', k.require_tls, 'purpose', k.purpose, 'basis', k.basis, 'unit', k.unit, 'encrypted', k.encrypted,
             'committed', t.hashes)
    FROM ticket k
    LEFT JOIN texts t ON t.number = k.number
    UNION ALL
    SELECT e.number, 'state', json_build_object(
             'v', 1, 'kind', 'state', 'number', e.number, 'at', (extract(epoch FROM e.at) * 1000000)::bigint, 'id', e.id,
             'transaction', e.transaction, 'login', e.login, 'event', e.event, 'purpose', e.purpose, 'epoch', e.epoch,
             'request', e.request,
             'block', CASE WHEN e.event IN ('block', 'unblock') AND num_nonnulls(e.schemas, e.until) > 0 THEN json_build_object(
               'schemas', e.schemas, 'until', (extract(epoch FROM e.until) * 1000000)::bigint) END,
             'consent', CASE WHEN e.event <> 'block' AND num_nonnulls(e.given_at, e.text_sha256, e.until) > 0 THEN json_build_object(
               'given_at', (extract(epoch FROM e.given_at) * 1000000)::bigint, 'text', encode(e.text_sha256, 'hex'),
               'until', (extract(epoch FROM e.until) * 1000000)::bigint) END,
             'committed', t.hashes)
    FROM state e
    LEFT JOIN texts t ON t.number = e.number
    UNION ALL
    SELECT e.number, 'request', json_build_object(
             'v', 1, 'kind', 'request', 'number', e.number, 'at', (extract(epoch FROM e.at) * 1000000)::bigint, 'id', e.id,
             'transaction', e.transaction, 'login', e.login, 'request', e.request, 'event', e.event, 'detail', e.detail,
             'epoch', e.epoch, 'committed', t.hashes)
    FROM request e
    LEFT JOIN texts t ON t.number = e.number
    UNION ALL
    SELECT r.number, 'writer', json_build_object(
             'v', 1, 'kind', 'writer', 'number', r.number, 'at', (extract(epoch FROM w.opened_at) * 1000000)::bigint, 'id', w.id,
             'transaction', w.transaction, 'login', w.login,
             'home', CASE WHEN h.id IS NOT NULL THEN json_build_array(h.database, h.system_identifier) END)
    FROM run r JOIN sminion.log_writer w ON w.id = r.key
    LEFT JOIN sminion.log_home h ON h.id = w.home
    WHERE r.kind = 'writer'
    UNION ALL
    SELECT r.number, 'policy', json_build_object(
             'v', 1, 'kind', 'policy', 'number', r.number, 'at', (extract(epoch FROM p.applied_at) * 1000000)::bigint,
             'epoch', p.epoch, 'transaction', p.transaction, 'login', p.applied_by, 'name', p.name, 'version', p.version,
             'digest', p.digest, 'document', encode(sha256(convert_to(p.document::text, 'UTF8')), 'hex'),
             'changes', (SELECT encode(sha256(convert_to(string_agg(
                           json_build_array(c.login, c.role, c.purpose, c.change)::text, E'\n'
                           ORDER BY c.login COLLATE "C", c.role COLLATE "C", c.change COLLATE "C"), 'UTF8')), 'hex')
                         FROM sminion.policy_change c WHERE c.epoch = p.epoch))
    FROM run r JOIN sminion.policy_version p ON p.epoch = r.key
    WHERE r.kind = 'policy'
    UNION ALL
    SELECT r.number, 'dropped_month', json_build_object(
             'v', 1, 'kind', 'dropped_month', 'number', r.number, 'at', (extract(epoch FROM d.at) * 1000000)::bigint, 'id', d.id,
             'transaction', d.transaction, 'login', d.login, 'reason', d.reason, 'month', to_char(d.month, 'YYYY-MM'),
             'statements', d.statements, 'writes', d.writes, 'events', d.events, 'first', d.first_number, 'last', d.last_number)
    FROM run r JOIN sminion.dropped_log d ON d.id = r.key
    WHERE r.kind = 'dropped_month'
    UNION ALL
    SELECT r.number, 'suspension', json_build_object(
             'v', 1, 'kind', 'suspension', 'number', r.number, 'at', (extract(epoch FROM d.at) * 1000000)::bigint, 'id', d.id,
             'transaction', d.transaction, 'login', d.login, 'reason', d.reason,
             'until', (extract(epoch FROM d.until) * 1000000)::bigint)
    FROM run r JOIN sminion.ddl_suspension d ON d.id = r.key
    WHERE r.kind = 'suspension'
    UNION ALL
    SELECT r.number, 'act', json_build_object(
             'v', 1, 'kind', 'act', 'number', r.number, 'at', (extract(epoch FROM a.at) * 1000000)::bigint, 'id', a.id,
             'transaction', a.transaction, 'login', a.login, 'act', a.act, 'detail', a.detail, 'reason', a.reason)
    FROM run r JOIN sminion.act a ON a.id = r.key
    WHERE r.kind = 'act'
  )
  SELECT e.number, e.kind, convert_to(e.leaf::text, 'UTF8') FROM event e ORDER BY e.number
$sminion$;
COMMENT ON FUNCTION sminion.leaves(bigint, bigint) IS 'the leaves of the log, from its rows: canonical bytes of each event';

-- functions/proof/tile_root.sql
-- The root of the subtree over a full tile: 256 hashes become 128, and so on.
CREATE FUNCTION sminion.tile_root(hashes bytea) RETURNS bytea
LANGUAGE plpgsql
IMMUTABLE
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $sminion$
DECLARE
  wide bytea := hashes;
BEGIN
  WHILE octet_length(wide) > 32 LOOP
    wide := (SELECT string_agg(sha256(decode('01', 'hex') || substr(wide, 64 * i + 1, 64)), '' ORDER BY i)
            FROM generate_series(0, octet_length(wide) / 64 - 1) AS i);
  END LOOP;
  RETURN wide;
END
$sminion$;

-- functions/proof/tree_root.sql
-- The root that the tree had at `size` events (RFC 6962), from its tiles; NULL where they do not have it. It reads one tile for
-- each power of two in `size`.
CREATE FUNCTION sminion.tree_root(size bigint) RETURNS bytea
LANGUAGE plpgsql
STABLE
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $sminion$
DECLARE
  root  bytea;
  part  bytea;
  start bigint := tree_root.size;
  place bigint;
  width integer;
BEGIN
  IF tree_root.size = 0 THEN
    RETURN sha256(decode('', 'hex'));
  END IF;
  -- From the right: the smallest full subtree first.
  FOR bit IN 0 .. 62 LOOP
    CONTINUE WHEN (tree_root.size >> bit) & 1 = 0;
    start := start - (1::bigint << bit);
    place := start >> (bit / 8 * 8);
    width := 1 << (bit % 8);
    part := (SELECT substr(t.hashes, (place % 256)::integer * 32 + 1, width * 32) FROM sminion.tile t
            WHERE t.level = bit / 8 AND t.index = place / 256);
    IF octet_length(part) IS DISTINCT FROM width * 32 THEN
      RETURN NULL;
    END IF;
    part := sminion.tile_root(part);
    root := CASE WHEN root IS NULL THEN part ELSE sha256(decode('01', 'hex') || part || root) END;
  END LOOP;
  RETURN root;
END
$sminion$;
COMMENT ON FUNCTION sminion.tree_root(bigint) IS 'the root of the Merkle tree of the log at a size; NULL where its tiles lack it';

-- functions/proof/grow_tree.sql
-- Appends the next leaves to the Merkle tree, at most `most`. Returns how many; NULL while another session does.
--
-- An event whose row is gone stops it: a tree that went on without it would seal the gap.
--
-- No literal with a backslash, here and in sminion.tile_root: what one means depends on a setting of the caller.
CREATE FUNCTION sminion.grow_tree(most integer DEFAULT 20000) RETURNS bigint
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $sminion$
DECLARE
  before  bigint;
  after   bigint;
  counted bigint;
  missed  bigint;
  width   bigint := 256;
BEGIN
  PERFORM sminion.require_read_committed();
  SELECT s.size INTO before FROM sminion.tree_state s FOR UPDATE SKIP LOCKED;
  IF NOT FOUND THEN
    RETURN NULL;
  END IF;
  SELECT least(f.number, before + greatest(most, 1)) INTO after FROM sminion.fold_state f;
  IF after IS NULL OR after <= before THEN
    RETURN 0;
  END IF;

  WITH leaf AS MATERIALIZED (
    SELECT l.number, sha256(decode('00', 'hex') || l.leaf) AS hash FROM sminion.leaves(before + 1, after) l
  ), added AS (
    INSERT INTO sminion.tile AS t (level, index, hashes)
    SELECT 0, (l.number - 1) / 256, string_agg(l.hash, '' ORDER BY l.number) FROM leaf l GROUP BY (l.number - 1) / 256
    ON CONFLICT (level, index) DO UPDATE SET hashes = t.hashes || excluded.hashes
  )
  SELECT count(*), (
    SELECT min(n) FROM generate_series(before + 1, after) AS n WHERE n NOT IN (SELECT l.number FROM leaf l))
  INTO counted, missed FROM leaf l;
  IF missed IS NOT NULL OR counted <> after - before THEN
    RAISE EXCEPTION USING ERRCODE = 'SG616',
      MESSAGE = CASE WHEN missed IS NULL THEN format('two rows of the log have one number, between %s and %s', before + 1, after)
        ELSE format('the row of event %s of the log is gone', missed) END,
      DETAIL = 'The log is not sealed any further.',
      HINT = 'Run `sminion-guard audit verify`, which names all such rows, and restore them from a backup.';
  END IF;

  FOR above IN 1 .. 7 LOOP
    EXIT WHEN after / width = before / width;
    INSERT INTO sminion.tile AS t (level, index, hashes)
    SELECT above, f.index / 256, string_agg(sminion.tile_root(f.hashes), '' ORDER BY f.index)
    FROM sminion.tile f WHERE f.level = above - 1 AND f.index >= before / width AND f.index < after / width
    GROUP BY f.index / 256
    ON CONFLICT (level, index) DO UPDATE SET hashes = t.hashes || excluded.hashes;
    width := width * 256;
  END LOOP;
  UPDATE sminion.tree_state SET size = after, grown_at = clock_timestamp();
  RETURN after - before;
END
$sminion$;
COMMENT ON FUNCTION sminion.grow_tree(integer) IS 'appends events of the log to its Merkle tree; how many, NULL while another session does';

-- functions/proof/record_checkpoint.sql
-- Keeps a checkpoint that was signed outside of the database, for those who verify. It must be one of this tree, in the form of
-- C2SP tlog-checkpoint: the table is append-only, so whatever gets in stays. Whether a signature is good, nothing here can tell.
--
-- No literal with a backslash: what one means depends on a setting of the caller.
CREATE FUNCTION sminion.record_checkpoint(size bigint, root bytea, note text) RETURNS void
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  present bigint := (SELECT s.size FROM sminion.tree_state s);
  lines   text[];
  fault   text;
BEGIN
  IF (record_checkpoint.size BETWEEN 0 AND present) IS NOT TRUE THEN
    fault := format('The tree of the log has %s events.', present);
  ELSIF (record_checkpoint.root = sminion.tree_root(record_checkpoint.size)) IS NOT TRUE THEN
    fault := 'The tree of the log has another root at this size.';
  ELSIF (octet_length(record_checkpoint.note) <= 16384) IS NOT TRUE THEN
    fault := 'A note has at most 16384 bytes.';
  ELSE
    lines := string_to_array(record_checkpoint.note, chr(10));
    -- origin, size, root, an empty line, signatures, and nothing after the last newline
    IF cardinality(lines) NOT BETWEEN 6 AND 105 OR lines[1] = '' OR lines[2] <> record_checkpoint.size::text
       OR lines[3] <> encode(record_checkpoint.root, 'base64') OR lines[4] <> '' OR lines[cardinality(lines)] <> ''
       OR translate(record_checkpoint.note, chr(10), '') COLLATE "C" ~ '[[:cntrl:]]'
       OR EXISTS (SELECT FROM unnest(lines[5 : cardinality(lines) - 1]) AS line
                  WHERE line COLLATE "C" !~ ('^' || chr(8212) || ' [^ +]+ [A-Za-z0-9+/]+={0,2}$')) THEN
      fault := 'The note must have the lines origin, size and root, an empty line, and lines of signatures.';
    END IF;
  END IF;
  IF fault IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'SG617',
      MESSAGE = format('no checkpoint of %s events', record_checkpoint.size),
      DETAIL = fault,
      HINT = 'Make checkpoints with `sminion-guard audit seal`.';
  END IF;
  INSERT INTO sminion.checkpoint (size, root, note)
  VALUES (record_checkpoint.size, record_checkpoint.root, record_checkpoint.note);
END
$sminion$;
COMMENT ON FUNCTION sminion.record_checkpoint(bigint, bytea, text) IS 'keeps a signed checkpoint of the log';

-- functions/proof/stray_rows.sql
-- Rows of the log that are no leaf, or more than their leaf says, for whoever verifies: in a log that nobody touched there are none,
-- but for `listed`, which counts all rows that say whose data an event held; the leaves say how many there should be.
--
-- What is not numbered yet is not counted: it becomes a leaf when it is folded.
CREATE FUNCTION sminion.stray_rows(OUT kind text, OUT rows bigint) RETURNS SETOF record
LANGUAGE sql
STABLE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
  WITH state AS MATERIALIZED (
    SELECT f.number FROM sminion.fold_state f
  ), source AS (
    SELECT 'ticket' AS kind, k.writer AS transaction, k.id AS key FROM sminion.ticket k
    UNION ALL SELECT 'writer', w.transaction, w.id FROM sminion.log_writer w
    UNION ALL SELECT 'state', e.transaction, e.id FROM sminion.subject_event e
    UNION ALL SELECT 'request', e.transaction, e.id FROM sminion.request_event e
    UNION ALL SELECT 'policy', p.transaction, p.epoch FROM sminion.policy_version p
    UNION ALL SELECT 'dropped_month', d.transaction, d.id FROM sminion.dropped_log d
    UNION ALL SELECT 'suspension', d.transaction, d.id FROM sminion.ddl_suspension d
    UNION ALL SELECT 'act', a.transaction, a.id FROM sminion.act a
  )
  SELECT 'statement', count(*) FROM sminion.statement_event v, state s WHERE v.number < 1 OR v.number > s.number
  UNION ALL
  SELECT 'result', count(*) FROM sminion.statement_result v, state s WHERE v.number < 1 OR v.number > s.number
  UNION ALL
  SELECT 'write', count(*) FROM sminion.write_event v, state s WHERE v.number < 1 OR v.number > s.number
  UNION ALL
  SELECT 'fault', count(*) FROM sminion.log_fault v, state s WHERE v.number < 1 OR v.number > s.number
  UNION ALL
  SELECT e.kind, greatest(0,
    (SELECT count(*) FROM source r
     WHERE r.kind = e.kind AND ((r.transaction, r.key) <= (e.transaction, e.key) OR r.key <= e.restored))
    + CASE WHEN e.kind = 'ticket' THEN (
        SELECT coalesce(sum((a.detail ->> 'events')::bigint), 0) FROM sminion.act a WHERE a.act = 'drop_tickets') ELSE 0 END
    - coalesce((SELECT sum(cardinality(r.keys)) FROM sminion.event_run r WHERE r.kind = e.kind), 0))
  FROM sminion.event_source e
  UNION ALL
  SELECT 'shape', count(*) FROM sminion.statement_shape h
  WHERE h.digest <> sha256(convert_to(jsonb_build_object('codes', h.codes, 'operations', h.operations, 'relations', h.relations,
          'columns', h.columns, 'fingerprint', h.fingerprint, 'statement', h.statement)::text, 'UTF8'))
  UNION ALL
  -- A request is changed in place, and its events say how it must be now.
  SELECT 'request_row', count(*) FROM sminion.request q
  WHERE NOT EXISTS (
    SELECT FROM sminion.request_event o
    WHERE o.request = q.id AND o.event = 'opened' AND o.detail ->> 'kind' = q.kind AND o.detail ->> 'due' = q.due_on::text
      AND o.detail ->> 'trigger' = q.trigger AND (o.detail ->> 'interim')::boolean = q.interim
      AND o.detail ->> 'purpose' IS NOT DISTINCT FROM q.purpose)
    OR (SELECT max(x.detail ->> 'extended_to') FROM sminion.request_event x WHERE x.request = q.id AND x.event = 'extended')
      IS DISTINCT FROM q.extended_to::text
    OR (SELECT max(x.detail ->> 'outcome') FROM sminion.request_event x WHERE x.request = q.id AND x.event = 'closed')
      IS DISTINCT FROM q.outcome
    OR q.identified <> EXISTS (SELECT FROM sminion.request_event x WHERE x.request = q.id AND x.event = 'identified')
  UNION ALL
  SELECT 'listed', (SELECT count(*) FROM sminion.statement_subject) + (SELECT count(*) FROM sminion.write_subject)
    + (SELECT count(*) FROM sminion.erased e WHERE e.field = 'subject')
$sminion$;
COMMENT ON FUNCTION sminion.stray_rows() IS 'rows of the log that are no leaf of its tree, by kind; for verification';

-- functions/log/silent_tickets.sql
-- Tickets of a day (UTC) under which nothing is on record, neither a statement nor a write, by login: an application whose log is complete
-- writes one with its first statement. A client without the guarded session, such as psql, has no log of what it reads.
--
-- Only those that expired an hour ago, and before the oldest row of the journal: nothing about them is on its way. One day a
-- call, so that whoever verifies keeps nothing in memory and can go on where it was interrupted. Days from 2025 on, where the numbers of
-- tickets begin, until today.
CREATE FUNCTION sminion.silent_tickets(day date, OUT login name, OUT tickets bigint) RETURNS SETOF record
LANGUAGE plpgsql
STABLE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
SET jit = off
AS $sminion$
#variable_conflict use_column
BEGIN
  IF (silent_tickets.day BETWEEN '2025-01-01' AND clock_timestamp()::date) IS NOT TRUE THEN
    RAISE EXCEPTION USING ERRCODE = 'SG670',
      MESSAGE = format('the log has no tickets of day `%s`', coalesce(silent_tickets.day::text, 'NULL')),
      HINT = 'Pass a day from 2025-01-01 until today (UTC).';
  END IF;
  RETURN QUERY
  WITH period AS MATERIALIZED (
    SELECT silent_tickets.day::timestamptz AS first, (silent_tickets.day + 1)::timestamptz AS next,
           least(clock_timestamp() - interval '1 hour', (SELECT min(j.at) FROM sminion.journal j) - interval '1 minute') AS over
  ), ticket AS MATERIALIZED (
    -- by their numbers: see open_ticket
    SELECT k.id, k.login, k.expires_at FROM sminion.ticket k
    WHERE k.id >= ((extract(epoch FROM (SELECT p.first FROM period p)) - 1735689600) * 1000000)::bigint * 512
      AND k.id < ((extract(epoch FROM (SELECT p.next FROM period p)) - 1735689600) * 1000000)::bigint * 512
      AND k.expires_at < (SELECT p.over FROM period p)
  ), heard AS MATERIALIZED (
    SELECT e.ticket FROM sminion.statement_event e
    WHERE e.at >= (SELECT p.first FROM period p) AND e.at < (SELECT max(t.expires_at) + interval '1 day' FROM ticket t)
    UNION ALL
    -- what an export reads is on record with it
    SELECT x.ticket FROM sminion.transfer x
    UNION ALL
    SELECT w.ticket FROM sminion.write_event w
    WHERE w.at >= (SELECT p.first FROM period p) AND w.at < (SELECT max(t.expires_at) + interval '1 day' FROM ticket t)
  )
  SELECT t.login, count(*) FROM ticket t
  WHERE NOT EXISTS (SELECT FROM heard h WHERE h.ticket = t.id)
  GROUP BY t.login ORDER BY t.login;
END
$sminion$;
COMMENT ON FUNCTION sminion.silent_tickets(date) IS 'tickets of a day under which nothing is on record, by login; for verification';

-- functions/log/erase_from_log.sql
-- Takes a person out of the log: the key, wherever an event names it, and the salt of its commitments. The events stay, with
-- commitments that nobody can open any more, so the tree and every proof stay valid. Returns how many events named the person.
--
-- The journal is folded before, and for a day what comes late is not let in under the key (sminion.erasure).
CREATE FUNCTION sminion.erase_from_log(subject text, reason text, kind text DEFAULT NULL) RETURNS bigint
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET lock_timeout = '5s'
AS $sminion$
DECLARE
  why     text := sminion.require_reason(erase_from_log.reason);
  key     text := sminion.subject_key(erase_from_log.subject, erase_from_log.kind);
  who     CONSTANT text := 'subject:' || key;
  tickets bigint[];
  states  bigint[];
  requests bigint[];
  events  bigint;
  one     bigint;
  strangers bigint;
BEGIN
  PERFORM sminion.require_read_committed();
  IF EXISTS (
    SELECT FROM sminion.destruction d WHERE d.subject = key AND (d.completed_at IS NULL
      OR EXISTS (SELECT FROM sminion.destruction_table t WHERE t.destruction = d.id AND t.state = 'held')))
  THEN
    RAISE EXCEPTION USING ERRCODE = 'SG566',
      MESSAGE = 'the person cannot be erased from the log now: data are still to be destroyed',
      DETAIL = 'Without the key nobody would find them when a hold ends.',
      HINT = 'See `sminion.destruction_status`.';
  END IF;
  -- Erased, its refusals would no longer hold for the other keys: what these keep must be decided before.
  PERFORM sminion.lock_merges(false);
  IF EXISTS (SELECT FROM sminion.subject_merge m WHERE m.ended_at IS NULL AND (m.one = key OR m.other = key)) THEN
    RAISE EXCEPTION USING ERRCODE = 'SG537',
      MESSAGE = format('subject `%s` is merged with other keys of the person, and cannot be erased by itself', sminion.log_text(key, 80)),
      HINT = 'End that with `sminion.unmerge_subjects`, see `sminion.merged_subjects`; block the other keys first if they are to stay blocked.';
  END IF;
  -- Nobody else folds until this transaction ends; whoever does then finds the row.
  PERFORM sminion.fold_all();
  INSERT INTO sminion.erasure AS e (holder) VALUES (who) ON CONFLICT (holder) DO UPDATE SET at = excluded.at;
  tickets := ARRAY(SELECT k.id FROM sminion.ticket k WHERE k.subject = key);
  states := ARRAY(SELECT e.id FROM sminion.subject_event e WHERE e.subject = key);
  requests := ARRAY(SELECT e.id FROM sminion.request r JOIN sminion.request_event e ON e.request = r.id WHERE r.subject = key);

  WITH numbered AS (
    SELECT r.first + k.nth - 1 AS number, r.kind
    FROM sminion.event_run r CROSS JOIN LATERAL unnest(r.keys) WITH ORDINALITY AS k (key, nth)
    WHERE (r.kind = 'ticket' AND k.key = ANY (tickets)) OR (r.kind = 'state' AND k.key = ANY (states))
      OR (r.kind = 'request' AND k.key = ANY (requests))
  ), named AS MATERIALIZED (
    SELECT n.number, 'about' AS field FROM numbered n
    UNION ALL SELECT s.number, 'subject' FROM sminion.statement_subject s WHERE s.subject = key
    UNION ALL SELECT s.number, 'subject' FROM sminion.write_subject s WHERE s.subject = key
  ), channelled AS (
    SELECT r.first + k.nth - 1 AS number, e.channel
    FROM sminion.event_run r CROSS JOIN LATERAL unnest(r.keys) WITH ORDINALITY AS k (key, nth)
    JOIN sminion.subject_event e ON e.id = k.key
    WHERE r.kind = 'state' AND k.key = ANY (states) AND e.channel IS NOT NULL
  ), kept AS (
    INSERT INTO sminion.erased (number, field, hash)
    SELECT n.number, n.field,
           sha256(sha256(z.salt || int8send(n.number) || convert_to(n.field, 'UTF8')) || convert_to(n.value, 'UTF8'))
    FROM (SELECT m.number, m.field, key AS value FROM named m UNION ALL SELECT c.number, 'channel', c.channel FROM channelled c) n
    CROSS JOIN (SELECT s.salt FROM sminion.salt s WHERE s.holder = who) z
  )
  SELECT count(DISTINCT n.number), count(*) FILTER (WHERE n.field = 'about') - cardinality(tickets) - cardinality(states)
    - cardinality(requests),
    -- by it a ledger of decisions knows whom this is about, and nobody else does
    (SELECT min(m.number) FROM numbered m WHERE m.kind IN ('state', 'request'))
  INTO events, strangers, one FROM named n;
  IF strangers <> 0 THEN
    RAISE EXCEPTION USING ERRCODE = 'SG511',
      MESSAGE = 'the person cannot be erased from the log now: events that name it have no number yet',
      DETAIL = format('They wait for %s.', sminion.transactions_named(sminion.running_transactions())),
      HINT = 'Call it in a transaction of its own, when these transactions have ended.';
  END IF;

  PERFORM set_config('sminion.erasing', pg_current_xact_id()::text, true);
  DELETE FROM sminion.statement_subject s WHERE s.subject = key;
  DELETE FROM sminion.write_subject s WHERE s.subject = key;
  UPDATE sminion.ticket k SET subject = NULL WHERE k.id = ANY (tickets);
  UPDATE sminion.subject_event e SET subject = NULL, channel = NULL WHERE e.id = ANY (states);
  UPDATE sminion.report p SET subject = NULL WHERE p.subject = key;
  UPDATE sminion.report p SET other_keys = nullif(array_remove(p.other_keys, key), '{}') WHERE p.other_keys @> ARRAY[key];
  DELETE FROM sminion.consent_inbox i WHERE i.subject = key;
  DELETE FROM sminion.subject_merge m WHERE m.one = key OR m.other = key;
  DELETE FROM sminion.disclosure_subject d WHERE d.subject = key;
  PERFORM sminion.forget_in_groups(key);
  UPDATE sminion.request r SET subject = NULL, representative = NULL WHERE r.subject = key;
  PERFORM set_config('sminion.erasing', '', true);
  -- Its end would be a new event about the person.
  DELETE FROM sminion.consent_end e WHERE e.subject = key;
  DELETE FROM sminion.block_end e WHERE e.subject = key;
  UPDATE sminion.destruction d SET subject = NULL WHERE d.subject = key;
  UPDATE sminion.hold h SET subject = NULL WHERE h.subject = key;
  DELETE FROM sminion.salt s WHERE s.holder = who;
  PERFORM sminion.record_act('erase_from_log', jsonb_strip_nulls(jsonb_build_object('events', events, 'event', one)), why);
  RETURN events;
END
$sminion$;
COMMENT ON FUNCTION sminion.erase_from_log(text, text, text) IS
  'erases a person from the log, whose proofs stay valid; how many events named the person';

-- functions/log/record_reading.sql
-- Records that somebody is about to read the log, and with which question: `sminion-guard audit` calls it before it reads, in a
-- transaction of its own, and reads nothing unless it has committed. What an act says becomes a leaf of the sealed log, which names
-- nobody: so neither the subject that was asked about nor an actor is kept, only that there was such a question.
--
-- key: the subject as logs keep it. Without a policy, as in a database that only keeps a log, it is kept as it was passed.
CREATE FUNCTION sminion.record_reading(
  question text, subject text DEFAULT NULL, kind text DEFAULT NULL, since timestamptz DEFAULT NULL, until timestamptz DEFAULT NULL,
  purpose text DEFAULT NULL, reason text DEFAULT NULL, OUT act bigint, OUT key text
) RETURNS record
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
AS $sminion$
DECLARE
  why text := CASE WHEN record_reading.reason IS NOT NULL THEN sminion.require_reason(record_reading.reason) END;
BEGIN
  IF question IS NULL OR question <> ALL (ARRAY['log', 'refusals', 'actor', 'purpose', 'subject', 'compare', 'report', 'unexplained'])
     OR (question = 'subject') <> (record_reading.subject IS NOT NULL) THEN
    RAISE EXCEPTION USING ERRCODE = 'SG618',
      MESSAGE = 'no such question to the log',
      DETAIL = 'Questions: log, refusals, actor, purpose, compare, report, unexplained, and subject with the key of one.',
      HINT = 'Read the log with `sminion-guard audit`.';
  END IF;
  IF record_reading.subject IS NOT NULL THEN
    key := CASE WHEN EXISTS (SELECT FROM sminion.policy)
      THEN sminion.subject_key(record_reading.subject, record_reading.kind)
      ELSE coalesce(record_reading.kind || ':', '') || record_reading.subject END;
  END IF;
  act := sminion.record_act('read_log', jsonb_strip_nulls(jsonb_build_object(
    'question', question, 'since', since, 'until', until,
    -- a name of the policy, and no text that somebody made up
    'purpose', (SELECT max(p.name) FROM sminion.purpose p WHERE p.name = record_reading.purpose))), why);
END
$sminion$;
COMMENT ON FUNCTION sminion.record_reading(text, text, text, timestamptz, timestamptz, text, text) IS
  'records that somebody is about to read the log, and with which question';

-- functions/log/explanation_test.sql
-- The conditions, one of which must hold, by which a sentence of the policy explains an access `a`: SQL text for EXECUTE, and for auditors to read. Of the access it
-- knows at, subject, and what the ticket says: named (its subject), actor, unit, basis_ref and values. Texts are compared, by the rules of
-- "C", so that no operator, collation or cast of the application is called.
--
-- Each column with a subject is looked for apart: as one condition with OR the server could not join by hashes.
CREATE FUNCTION sminion.explanation_test(said sminion.explanation, target sminion.protected_table) RETURNS text[]
LANGUAGE sql
STABLE
SET search_path = pg_catalog, pg_temp
AS $sminion$
  SELECT CASE WHEN said.request THEN ARRAY[
    'EXISTS (SELECT FROM sminion.request r WHERE r.subject COLLATE "C" OPERATOR(pg_catalog.=) a.subject COLLATE "C"'
    || ' AND r.unit COLLATE "C" OPERATOR(pg_catalog.=) a.unit COLLATE "C" AND r.received_at OPERATOR(pg_catalog.<=) a.at'
    || ' AND (r.closed_at IS NULL OR r.closed_at OPERATOR(pg_catalog.>=) a.at))']
  WHEN said.table_name IS NULL THEN ARRAY['a.named COLLATE "C" OPERATOR(pg_catalog.=) a.subject COLLATE "C"'] ELSE (
    SELECT array_agg(format('EXISTS (SELECT FROM %I.%I AS t WHERE (%s) COLLATE "C" OPERATOR(pg_catalog.=) a.subject COLLATE "C"%s)',
                             said.schema_name, said.table_name, s.subject, tests.every) ORDER BY s.n)
    FROM unnest(sminion.subject_texts(target)) WITH ORDINALITY AS s (subject, n)
    CROSS JOIN (
      SELECT string_agg(
        CASE WHEN j.test ? 'days' THEN format(
            ' AND t.%1$I::timestamptz OPERATOR(pg_catalog.>=) a.at - interval ''%2$s days'''
            || ' AND t.%1$I::timestamptz OPERATOR(pg_catalog.<=) a.at + interval ''%2$s days''',
            j.test ->> 'column', (j.test ->> 'days')::integer)
          ELSE format(' AND (t.%I::text) COLLATE "C" OPERATOR(pg_catalog.=) %s COLLATE "C"', j.test ->> 'column',
            CASE WHEN j.test ? 'text' THEN format('%L', j.test ->> 'text')
              WHEN j.test ->> 'field' IN ('basis_ref', 'actor', 'unit') THEN 'a.' || (j.test ->> 'field')
              ELSE format('(a."values" ->> %L)', substr(j.test ->> 'field', length('values.') + 1)) END)
        END, '' ORDER BY j.n) AS every
      FROM jsonb_array_elements(said.tests) WITH ORDINALITY AS j (test, n)
    ) AS tests
  ) END
$sminion$;

-- functions/log/explanations.sql
-- What explains accesses, by the policy in force, with the condition that sminion.explained_accesses tests. It has no data.
CREATE FUNCTION sminion.explanations(OUT purpose text, OUT place integer, OUT words text, OUT test text) RETURNS SETOF record
LANGUAGE sql
STABLE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
  SELECT e.purpose, e.place::integer, e.words, array_to_string(sminion.explanation_test(e, p), ' OR ')
  FROM sminion.explanation e
  LEFT JOIN sminion.protected_table p ON p.schema_name = e.schema_name AND p.table_name = e.table_name
  ORDER BY 1, 2
$sminion$;
COMMENT ON FUNCTION sminion.explanations() IS 'what explains accesses, by the policy in force, and the condition that is tested';

-- functions/log/require_explainable.sql
-- Refuses to look into a table by which code of others could run as the guard, or that would not show all of its rows: something else that
-- has the table's name now, a column whose type has casts of its own, a restrictive policy of the application.
CREATE FUNCTION sminion.require_explainable(said sminion.explanation) RETURNS void
LANGUAGE plpgsql
STABLE
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  relation regclass := to_regclass(format('%I.%I', said.schema_name, said.table_name));
  cause    text;
BEGIN
  SELECT CASE
    WHEN relation IS NULL THEN 'the table does not exist'
    WHEN NOT EXISTS (SELECT FROM pg_class c WHERE c.oid = relation AND c.relkind IN ('r', 'p')) THEN 'it is no table'
    WHEN NOT EXISTS (SELECT FROM sminion.protected_table p
                     WHERE p.schema_name = said.schema_name AND p.table_name = said.table_name)
      THEN 'the table is not protected yet: `apply` was interrupted'
    WHEN EXISTS (
      SELECT FROM pg_policy p WHERE p.polrelid = relation AND NOT p.polpermissive AND p.polcmd IN ('*', 'r')
        AND EXISTS (SELECT FROM unnest(p.polroles) r (oid) WHERE CASE r.oid WHEN 0 THEN true
                      ELSE pg_has_role('sminion_owner', r.oid, 'USAGE') END)
        AND NOT EXISTS (SELECT FROM sminion.installed_object o
                        WHERE o.key = format('policy:%s.%s:%s', said.schema_name, said.table_name, p.polname) COLLATE "default"))
      THEN 'a row security policy of the application hides rows from `sminion_owner`'
    ELSE (
      SELECT format('column `%s` %s', j.test ->> 'column',
                    coalesce('has type ' || format_type(a.atttypid, a.atttypmod), 'does not exist'))
      FROM jsonb_array_elements(said.tests) AS j (test)
      LEFT JOIN pg_attribute a ON a.attrelid = relation AND a.attname = j.test ->> 'column' AND NOT a.attisdropped
      WHERE a.atttypid IS NULL OR a.atttypid <> ALL (CASE WHEN j.test ? 'days'
          THEN ARRAY['date', 'timestamp', 'timestamptz']::regtype[]
          ELSE ARRAY['int2', 'int4', 'int8', 'numeric', 'uuid', 'text', 'varchar', 'bpchar', 'bool', 'date']::regtype[] END::oid[])
      LIMIT 1)
    END INTO cause;
  IF cause IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'SG619',
      MESSAGE = format('`%s.%s` cannot explain accesses: %s', said.schema_name, said.table_name, cause),
      DETAIL = format('The policy says, for purpose `%s`: %s.', said.purpose, said.words),
      HINT = 'Compare numbers, uuids, texts, booleans and dates, and days with a date or timestamp; see `sminion-guard doctor`.';
  END IF;
END
$sminion$;

-- functions/log/fold_holders.sql
-- The oldest running transactions, for which rows of the journal wait: see sminion.fold. NULL when none waits for them.
CREATE FUNCTION sminion.fold_holders() RETURNS text
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  horizon CONSTANT xid8 := pg_snapshot_xmin(pg_current_snapshot());
BEGIN
  IF NOT EXISTS (SELECT FROM sminion.journal j WHERE j.transaction >= horizon) THEN
    RETURN NULL;
  END IF;
  RETURN sminion.transactions_named(ARRAY(
    SELECT DISTINCT l.virtualtransaction FROM pg_locks l
    WHERE l.locktype = 'transactionid' AND l.granted AND l.mode = 'ExclusiveLock'
      AND l.transactionid::text::bigint = horizon::text::bigint & 4294967295));
END
$sminion$;
COMMENT ON FUNCTION sminion.fold_holders() IS 'the transactions for which rows of the journal wait';

-- functions/states/settling_waits.sql
-- Whether sminion.settle has anything to do: subjects to settle, changes that wait for a lock, new persons, young states.
CREATE FUNCTION sminion.settling_waits() RETURNS boolean
LANGUAGE sql
STABLE
SET search_path = pg_catalog, pg_temp
AS $sminion$
  SELECT EXISTS (SELECT FROM sminion.unsettled) OR EXISTS (SELECT FROM sminion.pending_change)
    OR EXISTS (SELECT FROM sminion.new_subject) OR EXISTS (SELECT FROM sminion.young_state)
$sminion$;

-- functions/consent/expire_consents.sql
-- Ends consents whose time is over, `most` at most: records `expire_consent`, and hides the rows from the purpose. Returns how many it
-- dealt with. A step of sminion.maintain, so a consent ends at the next call of maintain after its end, and not at the moment itself.
--
-- Under the lock of the state, and only if the consent still stands: what the person decided meanwhile counts. A state that somebody
-- else locks, or that has a change pending, is left for the next call, and keeps no other from ending.
CREATE FUNCTION sminion.expire_consents(most integer) RETURNS integer
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  numbers bigint[];
  part    record;
BEGIN
  numbers := ARRAY(
    SELECT n.event FROM sminion.consent_end n JOIN sminion.subject_state s ON s.subject = n.subject
    WHERE n.until <= clock_timestamp() AND NOT EXISTS (SELECT FROM sminion.pending_change p WHERE p.subject = n.subject)
    ORDER BY n.until LIMIT most FOR UPDATE OF n, s SKIP LOCKED);
  IF numbers = '{}' THEN
    RETURN 0;
  END IF;
  -- Again, with what is committed now: a change may have become pending before the lock was taken.
  numbers := ARRAY(
    SELECT n.event FROM sminion.consent_end n
    WHERE n.event = ANY (numbers)
      AND NOT EXISTS (SELECT FROM sminion.pending_change p WHERE p.subject = n.subject));
  FOR part IN
    SELECT n.purpose, k.kind, array_agg(k.key) AS keys
    FROM sminion.consent_end n
    JOIN sminion.purpose w ON w.name = n.purpose AND w.retired_at IS NULL AND w.basis = 'consent'
    JOIN sminion.subject_state s ON s.subject = n.subject AND s.consents & (1::bigint << w.bit) <> 0
    CROSS JOIN LATERAL sminion.kind_of_subject(n.subject) k
    CROSS JOIN LATERAL (SELECT (sminion.standing_decision(n.subject, n.purpose)).id) d
    -- Of who was erased from the log no decision is left: the consent ends all the same.
    WHERE n.event = ANY (numbers) AND coalesce(d.id, n.event) = n.event
    GROUP BY n.purpose, k.kind
  LOOP
    PERFORM sminion.change_states(part.keys, 'expire_consent', part.purpose, 'the consent has ended', 'sminion.maintain', part.kind);
  END LOOP;
  DELETE FROM sminion.consent_end n WHERE n.event = ANY (numbers);
  RETURN cardinality(numbers);
END
$sminion$;

-- functions/states/end_blocks.sql
-- Ends blocks whose time is over, `most` at most: records `unblock`. Returns how many it dealt with. A step of sminion.maintain, so a block
-- ends at the next call of maintain after its end: never too early.
--
-- Another block that an officer made since, without an end or with a later one, holds on; so does an open request. A state that somebody else
-- locks, or that has a change pending, is left for the next call, and keeps no other from ending.
CREATE FUNCTION sminion.end_blocks(most integer) RETURNS integer
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  numbers bigint[];
  part    record;
BEGIN
  numbers := ARRAY(
    SELECT n.event FROM sminion.block_end n JOIN sminion.subject_state s ON s.subject = n.subject
    WHERE n.until <= clock_timestamp() AND NOT EXISTS (SELECT FROM sminion.pending_change p WHERE p.subject = n.subject)
      AND NOT EXISTS (
        SELECT FROM sminion.request r
        WHERE r.subject = ANY (sminion.same_person(n.subject)) AND r.interim AND r.closed_at IS NULL
          AND CASE WHEN n.schemas IS NULL THEN r.schemas IS NULL ELSE r.schemas && n.schemas END)
    ORDER BY n.until LIMIT most FOR UPDATE OF n, s SKIP LOCKED);
  IF numbers = '{}' THEN
    RETURN 0;
  END IF;
  -- States are held, so no other one is waited for: see lock_person.
  PERFORM set_config('sminion.waited', 'yes', true);
  -- Again, with what is committed now: a change may have become pending before the lock was taken.
  numbers := ARRAY(
    SELECT n.event FROM sminion.block_end n
    WHERE n.event = ANY (numbers) AND NOT EXISTS (SELECT FROM sminion.pending_change p WHERE p.subject = n.subject));
  FOR part IN
    SELECT k.kind, k.key, n.schemas IS NULL AS whole, array_agg(DISTINCT d.name) AS names
    FROM sminion.block_end n
    JOIN sminion.subject_state s ON s.subject = n.subject
    CROSS JOIN LATERAL sminion.kind_of_subject(n.subject) k
    -- Each schema by itself; the whole subject is the name NULL.
    CROSS JOIN LATERAL unnest(coalesce(n.schemas, ARRAY[NULL::text])) AS d (name)
    WHERE n.event = ANY (numbers) AND CASE WHEN n.schemas IS NULL THEN s.blocked ELSE d.name = ANY (s.blocked_schemas) END
      AND NOT EXISTS (
        SELECT FROM sminion.subject_event e
        WHERE e.subject = n.subject AND e.id <> n.event
          AND CASE WHEN n.schemas IS NULL THEN e.schemas IS NULL ELSE d.name = ANY (e.schemas) END
          AND (
            -- what it blocked was ended, and is blocked for another reason
            e.event = 'unblock' AND e.id > n.event
            OR e.event = 'block' AND e.request IS NULL AND (e.until IS NULL OR e.until > clock_timestamp())
              AND NOT EXISTS (
                SELECT FROM sminion.subject_event u
                WHERE u.subject = e.subject AND u.event = 'unblock' AND u.id > e.id
                  AND CASE WHEN n.schemas IS NULL THEN u.schemas IS NULL ELSE d.name = ANY (u.schemas) END)))
    GROUP BY k.kind, k.key, n.schemas IS NULL
  LOOP
    PERFORM sminion.change_state(
      part.key, 'unblock', NULL, 'the block has ended', 'sminion.maintain', part.kind, single => true,
      schemas => CASE WHEN part.whole THEN NULL ELSE part.names END);
  END LOOP;
  DELETE FROM sminion.block_end n WHERE n.event = ANY (numbers);
  RETURN cardinality(numbers);
END
$sminion$;

-- functions/consent/take_consents.sql
-- Enters consents that logins recorded (sminion.record_consent) into the history, `most` at most; returns how many. A step of
-- sminion.maintain. Each counts from the moment when it was recorded, and one of a person and purpose in a call.
--
-- A login may not withdraw: a refusal where a consent is in force is noted in the history (`note_refusal`), and the consent stands.
CREATE FUNCTION sminion.take_consents(most integer) RETURNS integer
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  numbers bigint[];
  noted   bigint[];
  missing text[];
  one     text;
  patience  CONSTANT text := current_setting('lock_timeout');
  part    record;
BEGIN
  DELETE FROM sminion.consent_inbox i WHERE i.entered AND i.at < clock_timestamp() - interval '2 minutes';
  -- Recorded before the person was erased from the log, and committed after it: entered, it would bring the key back.
  DELETE FROM sminion.consent_inbox i USING sminion.erasure e WHERE e.holder = ('subject:' || i.subject) COLLATE "C" AND i.at <= e.at;
  IF NOT EXISTS (SELECT FROM sminion.consent_inbox i WHERE NOT i.entered) THEN
    RETURN 0;
  END IF;
  missing := ARRAY(
    SELECT DISTINCT i.subject FROM (
      SELECT i.subject FROM sminion.consent_inbox i
      WHERE NOT i.entered AND NOT EXISTS (SELECT FROM sminion.subject_state s WHERE s.subject = i.subject)
      ORDER BY i.id LIMIT most) i);
  BEGIN
    PERFORM set_config('lock_timeout', '2ms', true);
    PERFORM sminion.make_states(missing);
    PERFORM set_config('lock_timeout', patience, true);
  EXCEPTION WHEN lock_not_available OR deadlock_detected THEN
    -- Somebody is just making one of them, and may take long: the others are made without it.
    FOREACH one IN ARRAY missing LOOP
      BEGIN
        PERFORM set_config('lock_timeout', '2ms', true);
        PERFORM sminion.make_states(ARRAY[one]);
        PERFORM set_config('lock_timeout', patience, true);
      EXCEPTION WHEN lock_not_available OR deadlock_detected THEN
        NULL;
      END;
    END LOOP;
  END;
  numbers := ARRAY(
    SELECT i.id FROM sminion.consent_inbox i JOIN sminion.subject_state s ON s.subject = i.subject
    WHERE NOT i.entered AND NOT EXISTS (SELECT FROM sminion.pending_change p WHERE p.subject = i.subject)
    ORDER BY i.id LIMIT most FOR UPDATE OF i, s SKIP LOCKED);
  -- Again, with what is committed now; and the first one of a person and purpose.
  numbers := ARRAY(
    SELECT DISTINCT ON (i.subject, i.purpose) i.id FROM sminion.consent_inbox i
    WHERE i.id = ANY (numbers)
      AND NOT EXISTS (SELECT FROM sminion.pending_change p WHERE p.subject = i.subject)
    ORDER BY i.subject, i.purpose, i.id);
  -- Also what is recorded for a purpose that the policy no longer has, or for another basis: it is history, and opens nothing.
  noted := ARRAY(
    SELECT i.id FROM sminion.consent_inbox i JOIN sminion.subject_state s ON s.subject = i.subject
    LEFT JOIN sminion.purpose w ON w.name = i.purpose AND w.retired_at IS NULL AND w.basis = 'consent'
    WHERE i.id = ANY (numbers) AND (w.bit IS NULL OR NOT i.given AND s.consents & (1::bigint << w.bit) <> 0));
  INSERT INTO sminion.subject_event (subject, event, purpose, reason, actor, login, epoch, given_at, text_sha256, channel)
  SELECT i.subject, CASE WHEN i.given THEN 'give_consent' ELSE 'note_refusal' END, i.purpose, 'recorded by the application', i.actor, i.login,
         p.epoch, i.at, i.text_sha256, i.channel
  FROM sminion.consent_inbox i CROSS JOIN sminion.policy p WHERE i.id = ANY (noted);
  FOR part IN
    SELECT i.purpose, i.given, i.actor, i.login, k.kind, array_agg(k.key) AS keys, array_agg(i.at) AS ats,
           array_agg(i.text_sha256) AS hashes, array_agg(i.channel) AS channels
    FROM sminion.consent_inbox i CROSS JOIN LATERAL sminion.kind_of_subject(i.subject) k
    WHERE i.id = ANY (numbers) AND i.id <> ALL (noted)
    GROUP BY i.purpose, i.given, i.actor, i.login, k.kind
  LOOP
    PERFORM sminion.change_states(
      part.keys, CASE WHEN part.given THEN 'give_consent' ELSE 'refuse_consent' END, part.purpose, 'recorded by the application',
      part.actor, part.kind, part.ats, part.hashes, part.channels, NULL, part.login);
  END LOOP;
  UPDATE sminion.consent_inbox i SET entered = true WHERE i.id = ANY (numbers);
  RETURN cardinality(numbers);
END
$sminion$;

-- functions/policy/maintain_step.sql
-- One step of sminion.maintain, bounded, in a transaction of its own; whether there is more to do. A step that another session
-- runs is left to it. What stops a step is kept in `maintenance_state`, and does not stop the others.
--
-- Only maintain may call it, as a whole statement of the client. It locks rows of people and tables of the log. A login that
-- called it in a transaction of its own could keep these locks for as long as it likes: then nobody could write these rows, and
-- nothing would be folded any more. maintain commits after each step, and PostgreSQL refuses that in a transaction block.
--
-- row_security: where the caller has it off, settling fails on each protected table and calls its people stuck.
CREATE FUNCTION sminion.maintain_step(step text) RETURNS boolean
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET lock_timeout = '200ms'
SET row_security = on
AS $sminion$
#variable_conflict use_column
DECLARE
  stack  text;
  lines  text[];
  words  text;
  more   boolean := false;
  before bigint;
BEGIN
  GET DIAGNOSTICS stack = PG_CONTEXT;
  lines := string_to_array(stack, E'\n');
  words := left(lines[1], position('sminion.maintain_step(text)' IN lines[1]) - 1);
  -- Our own line and that of maintain, in whatever language the server speaks, and nothing else. What a client can put into a
  -- line, such as the name of a function with a line break, comes after other words. With our schema: where the search path
  -- names it PostgreSQL leaves it out, and a procedure of the client called `maintain` would look the same.
  IF cardinality(lines) <> 2 OR NOT starts_with(lines[2], words || 'sminion.maintain(boolean)') THEN
    RAISE EXCEPTION USING ERRCODE = 'SG615',
      MESSAGE = 'sminion.maintain_step is called by sminion.maintain only',
      HINT = 'Run `CALL sminion.maintain()` as a statement of its own, outside of a transaction block, '
        || 'in a session whose search_path does not name schema `sminion`.';
  END IF;
  PERFORM FROM sminion.maintenance_state m WHERE m.step = maintain_step.step FOR UPDATE SKIP LOCKED;
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  BEGIN
    CASE maintain_step.step
      WHEN 'instance' THEN
        PERFORM sminion.follow_timeline();
      WHEN 'fold' THEN
        SELECT f.number INTO before FROM sminion.fold_state f;
        more := coalesce(sminion.fold(2000), 0) > 0;
        -- Apart: an expression does not see what the functions in it did.
        more := more AND EXISTS (
          SELECT FROM sminion.journal j
          WHERE j.transaction >= (SELECT f.lowest FROM sminion.fold_state f)
            AND j.transaction < pg_snapshot_xmin(pg_current_snapshot()));
        -- Many tickets or changes of states: a call of sminion.fold makes four full runs of a kind, and no more.
        more := more OR EXISTS (
          SELECT FROM sminion.event_run r WHERE r.first > before AND cardinality(r.keys) >= 5000 GROUP BY r.kind HAVING count(*) >= 4);
      WHEN 'tree' THEN
        more := coalesce(sminion.grow_tree(), 0) > 0;
        more := more AND (SELECT f.number > t.size FROM sminion.fold_state f, sminion.tree_state t);
      WHEN 'months' THEN
        IF to_regclass('sminion.write_subject'
             || to_char(clock_timestamp() AT TIME ZONE 'UTC' + interval '1 month', '_YYYY_MM')) IS NULL
        THEN
          PERFORM sminion.extend_log();
        END IF;
      WHEN 'expire' THEN
        more := sminion.expire_consents(1000) >= 1000;
        more := sminion.end_blocks(1000) >= 1000 OR more;
      WHEN 'consents' THEN
        more := sminion.take_consents(1000) > 0 AND EXISTS (SELECT FROM sminion.consent_inbox i WHERE NOT i.entered);
      WHEN 'settle' THEN
        IF sminion.settling_waits() THEN
          -- Where nothing but locked or refusing rows is left, the next call can do no more than this one.
          more := sminion.settle(200, 5000) > 0 AND EXISTS (SELECT FROM sminion.unsettled u WHERE u.cause IS NULL);
        END IF;
      WHEN 'destroy' THEN
        more := sminion.continue_destructions();
      WHEN 'retention' THEN
        more := sminion.continue_retention();
      WHEN 'actors' THEN
        more := sminion.forget_actors(1000);
      WHEN 'tidy' THEN
        PERFORM sminion.forget_write_tickets();
        -- sminion.name_rows leaves it to us; whoever closes a request does the same for that person.
        PERFORM sminion.make_obligations(ARRAY(
          SELECT DISTINCT r.subject FROM sminion.request r
          CROSS JOIN LATERAL unnest(sminion.same_person(r.subject)) AS p (key)
          JOIN sminion.disclosure_subject s ON s.subject = p.key JOIN sminion.transfer t ON t.disclosure = s.disclosure
          WHERE r.closed_at IS NULL AND r.kind <> 'access' AND t.expires_at > clock_timestamp() - interval '7 days'));
        PERFORM sminion.forget_groups();
        PERFORM sminion.remove_erased(NULL);
        -- A transaction that is older than an erasure may bring somebody back for as long as it lasts.
        DELETE FROM sminion.erasure e
        WHERE e.at < clock_timestamp() - interval '1 day'
          AND NOT EXISTS (SELECT FROM pg_stat_activity a WHERE a.xact_start < e.at AND a.datname = current_database())
          AND NOT EXISTS (SELECT FROM pg_prepared_xacts x WHERE x.database = current_database());
        DELETE FROM sminion.certificate c WHERE c.keep_until <= clock_timestamp();
        DELETE FROM sminion.folded_batch f WHERE f.folded_at < clock_timestamp() - interval '1 hour';
        -- Whoever works in the database does not restore it any more: see extension/end.sql.
        IF obj_description('sminion.ddl_migration'::regclass, 'pg_class') = 'a dump is being restored' THEN
          COMMENT ON TABLE sminion.ddl_migration IS 'no migration of the guard is at work';
        END IF;
    END CASE;
  EXCEPTION WHEN OTHERS THEN
    UPDATE sminion.maintenance_state m SET failed_at = clock_timestamp(), code = SQLSTATE, message = sminion.log_text(SQLERRM, 1000)
    WHERE m.step = maintain_step.step;
    RETURN false;
  END;
  UPDATE sminion.maintenance_state m SET done_at = clock_timestamp(), failed_at = NULL, code = NULL, message = NULL
  WHERE m.step = maintain_step.step;
  RETURN more;
END
$sminion$;
COMMENT ON FUNCTION sminion.maintain_step(text) IS 'one step of sminion.maintain, which alone may call it';

-- functions/policy/maintain.sql
-- Folds the journal, appends to the log's Merkle tree, makes the months of the log, enters and ends consents, settles withheld
-- subjects, goes on with destructions, purges rows past their retention, forgets who acted long ago, and removes what is no longer needed: a bounded part
-- of each, so that a call takes little time. `more` says whether another call would find more at once.
--
-- The guarded sessions of an application call it while they are idle, and so may a scheduler. Any number may call it at once:
-- each step runs in one session at a time. Each is a transaction of its own, so no lock outlives its step.
--
-- A procedure, because a function cannot commit; SECURITY INVOKER and without settings of its own, because PostgreSQL lets only
-- such a procedure commit.
--
-- It sends nothing to the client before it ends. A client may ask for messages (`client_min_messages`, with
-- `debug_print_plan` or DEBUG5) and not read them: the server then waits in the middle of a step, for as long as the
-- client likes, and keeps the step's locks. For the transaction, and not for the step: COMMIT has messages too, before
-- it releases locks.
--
-- Each step is on disk when it has committed, also for a login that does not wait for that: what is signed may not be lost in a
-- crash afterwards.
CREATE PROCEDURE sminion.maintain(INOUT more boolean DEFAULT NULL)
LANGUAGE plpgsql
AS $sminion$
DECLARE
  -- With its schema: the search path is the caller's, and a domain called `text` would run code between the steps.
  step pg_catalog.text;
BEGIN
  -- In a transaction block this fails, before anything is done.
  COMMIT;
  -- First of all: an expression takes a snapshot, and then the isolation of a login that has another one by default stands.
  SET TRANSACTION ISOLATION LEVEL READ COMMITTED, READ WRITE;
  SET LOCAL client_min_messages = error;
  SET LOCAL synchronous_commit = on;
  more := false;
  FOREACH step IN ARRAY ARRAY['instance', 'fold', 'tree', 'months', 'expire', 'consents', 'settle', 'destroy', 'retention', 'actors', 'tidy'] LOOP
    IF sminion.maintain_step(step) THEN
      more := true;
    END IF;
    COMMIT;
    SET TRANSACTION ISOLATION LEVEL READ COMMITTED, READ WRITE;
    SET LOCAL client_min_messages = error;
    SET LOCAL synchronous_commit = on;
  END LOOP;
END
$sminion$;
COMMENT ON PROCEDURE sminion.maintain(boolean) IS
  'folds the journal, makes months of the log, settles withheld subjects: a bounded part; whether there is more to do';

-- functions/log/drop_tickets.sql
-- Removes the tickets that expired before the day, and a week ago at least, and that nothing in the log refers to. For
-- sminion.drop_log, which drops the months before the day in the same transaction: so a ticket is kept as long as each statement
-- and write under it. Returns how many it removed. The act says how many and which numbers they had, so the proofs of all
-- other events stay valid, and no other event can be taken for one of these.
--
-- A table of months instead would cost every guarded statement: among 36 partitions a call of sminion.context took 11 us of CPU more
-- than its 77 (PostgreSQL 18; 15: 11 more than 81), since all of them are locked, and 154 where the plan is not kept. These
-- rows are of nobody who works: no session waits.
--
-- The week: no statement that began under one of them still runs, and no process still has an entry about it.
CREATE FUNCTION sminion.drop_tickets(before date, reason text) RETURNS bigint
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
SET jit = off
AS $sminion$
DECLARE
  -- 2025 is where the numbers begin; no ticket is older.
  until    CONSTANT timestamptz := least(
    greatest(drop_tickets.before, '2025-01-01')::timestamptz, clock_timestamp() - interval '7 days');
  -- opened before, by their numbers: see open_ticket
  bound    CONSTANT bigint := ((extract(epoch FROM until) - 1735689600) * 1000000)::bigint * 512;
  -- Those of the last minutes before the day, and what a login claims.
  needed   CONSTANT bigint[] := ARRAY(
    SELECT e.ticket FROM sminion.statement_event e WHERE e.at >= drop_tickets.before::timestamptz AND e.ticket < bound
    UNION SELECT w.ticket FROM sminion.write_event w WHERE w.at >= drop_tickets.before::timestamptz AND w.ticket < bound
    UNION SELECT j.ticket FROM sminion.unfolded_entries() j WHERE j.ticket < bound
    UNION SELECT j.ticket FROM sminion.unfolded_writes() j WHERE j.ticket < bound);
  removed  bigint;
  numbered bigint;
  lowest   bigint;
  highest  bigint;
BEGIN
  PERFORM set_config('sminion.dropping', pg_current_xact_id()::text, true);
  WITH gone AS (
    DELETE FROM sminion.ticket k WHERE k.id < bound AND k.expires_at < until AND k.id <> ALL (needed) RETURNING k.id
  ), event AS (
    SELECT r.first + k.nth - 1 AS number
    FROM sminion.event_run r CROSS JOIN LATERAL unnest(r.keys) WITH ORDINALITY AS k (key, nth)
    JOIN gone g ON g.id = k.key
    WHERE r.kind = 'ticket'
  )
  SELECT (SELECT count(*) FROM gone), count(*), min(e.number), max(e.number) INTO removed, numbered, lowest, highest FROM event e;
  PERFORM set_config('sminion.dropping', '', true);
  IF removed <> numbered THEN
    RAISE EXCEPTION USING ERRCODE = 'SG511',
      MESSAGE = 'the log cannot be dropped now: old tickets have no number yet',
      DETAIL = format('They wait for %s.', sminion.transactions_named(sminion.running_transactions())),
      HINT = 'Call it again when these transactions have ended, or end them.';
  ELSIF removed > 0 THEN
    PERFORM sminion.record_act('drop_tickets', jsonb_build_object(
      'before', drop_tickets.before, 'events', removed, 'first', lowest, 'last', highest), drop_tickets.reason);
  END IF;
  RETURN removed;
END
$sminion$;
COMMENT ON FUNCTION sminion.drop_tickets(date, text) IS
  'removes old tickets that nothing in the log refers to; called by sminion.drop_log';

-- functions/log/drop_log.sql
-- Drops the months of the logs of statements and writes that lie wholly before `before`, the only way in which their rows
-- ever go, and records who did it and why. Returns how many months it dropped. Tickets that only these months referred to
-- go too (sminion.drop_tickets).
--
-- A partition goes under a lock on the whole log that suffers no reader or writer, and whoever waits for such a lock lets
-- all who come after wait behind him: one idle transaction would stop every writer. So nothing is waited for: all locks are
-- had at once or let go, again and again for ten seconds, and after that it fails and names who is in the way. The locks are
-- kept until the transaction ends: call it in one of its own.
CREATE FUNCTION sminion.drop_log(before date, reason text) RETURNS integer
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
SET lock_timeout = '1s'
AS $sminion$
DECLARE
  parents CONSTANT text[] := ARRAY[
    'statement_event', 'statement_result', 'statement_subject', 'log_fault', 'write_event', 'write_subject'];
  deadline CONSTANT timestamptz := clock_timestamp() + interval '10 seconds';
  doomed  text[] := '{}';
  month   date;
  counted bigint;
  writes  bigint;
  events  bigint;
  lowest  bigint;
  highest bigint;
  dropped integer := 0;
  why     text := sminion.require_reason(drop_log.reason);
BEGIN
  IF drop_log.before IS NULL OR drop_log.before > date_trunc('month', clock_timestamp())::date THEN
    RAISE EXCEPTION USING ERRCODE = 'SG606',
      MESSAGE = 'the log of this month, and of months to come, is kept',
      HINT = 'Pass the first day of a month that is to be kept, this one at the latest.';
  END IF;
  -- What is still in the journal belongs to its month.
  BEGIN
    PERFORM sminion.fold_all();
    -- What goes is a leaf before.
    PERFORM FROM sminion.tree_state FOR UPDATE;
    WHILE sminion.grow_tree() > 0 LOOP
      NULL;
    END LOOP;
  EXCEPTION WHEN lock_not_available THEN
    PERFORM sminion.refuse_locked_log('dropped');
  END;
  IF EXISTS (SELECT FROM sminion.journal j WHERE j.at < drop_log.before) THEN
    RAISE EXCEPTION USING ERRCODE = 'SG511',
      MESSAGE = 'the log cannot be dropped now: rows of these months wait in the journal',
      DETAIL = format('They wait for %s.', sminion.transactions_named(sminion.running_transactions())),
      HINT = 'Call it again when these transactions have ended, or end them.';
  END IF;
  DELETE FROM sminion.busy_minute b WHERE b.minute < drop_log.before;
  -- as sminion.make_month
  BEGIN
    LOCK TABLE ONLY sminion.statement_event, ONLY sminion.statement_result, ONLY sminion.statement_subject,
      ONLY sminion.log_fault, ONLY sminion.write_event, ONLY sminion.write_subject IN SHARE UPDATE EXCLUSIVE MODE;
  EXCEPTION WHEN lock_not_available THEN
    PERFORM sminion.refuse_locked_log('dropped');
  END;
  FOR month IN
    SELECT to_date(right(c.relname, 7), 'YYYY_MM') FROM pg_inherits i
    JOIN pg_class c ON c.oid = i.inhrelid
    WHERE i.inhparent = 'sminion.statement_event'::regclass
      AND to_date(right(c.relname, 7), 'YYYY_MM') + interval '1 month' <= drop_log.before
    ORDER BY 1
  LOOP
    -- Counted before the lock: no row comes to a month that is over.
    EXECUTE format('SELECT count(*) FROM sminion.%I', 'statement_event' || to_char(month, '_YYYY_MM')) INTO counted;
    EXECUTE format('SELECT count(*) FROM sminion.%I', 'write_event' || to_char(month, '_YYYY_MM')) INTO writes;
    EXECUTE (SELECT format('SELECT count(*), min(number), max(number) FROM (%s) e', string_agg(
        format('SELECT number FROM sminion.%I', p || to_char(month, '_YYYY_MM')), ' UNION ALL '))
      FROM unnest(ARRAY['statement_event', 'statement_result', 'write_event', 'log_fault']) p) INTO events, lowest, highest;
    doomed := doomed || ARRAY(SELECT format('sminion.%I', p || to_char(month, '_YYYY_MM')) FROM unnest(parents) p);
    INSERT INTO sminion.dropped_log (reason, month, statements, writes, events, first_number, last_number)
    VALUES (why, month, counted, writes, events, lowest, highest);
    dropped := dropped + 1;
  END LOOP;
  -- Before the locks, since there may be millions.
  PERFORM sminion.drop_tickets(date_trunc('month', drop_log.before)::date, why);
  IF dropped = 0 THEN
    RETURN 0;
  END IF;

  LOOP
    BEGIN
      EXECUTE 'LOCK TABLE ONLY '
        || (SELECT string_agg('sminion.' || p, ', ONLY ') FROM unnest(parents) p) || ', ' || array_to_string(doomed, ', ')
        || ' IN ACCESS EXCLUSIVE MODE NOWAIT';
      EXIT;
    EXCEPTION WHEN lock_not_available THEN
      IF clock_timestamp() >= deadline THEN
        PERFORM sminion.refuse_locked_log('dropped');
      END IF;
    END;
    PERFORM pg_sleep(0.02);
  END LOOP;
  EXECUTE 'DROP TABLE ' || array_to_string(doomed, ', ');
  RETURN dropped;
END
$sminion$;
COMMENT ON FUNCTION sminion.drop_log(date, text) IS
  'removes whole months of the logs that end before the date; the removal is on record in dropped_log';

-- functions/policy/plain_type.sql
-- Whether printing a value of a type runs code of PostgreSQL only, and never that of an application: types whose output function
-- is written in C or built in, which only superusers can make, and enums, domains, arrays and ranges of these. Casts do not count,
-- since values are printed by format(), which calls the output function and looks for no cast. A row type is none: it is
-- printed column by column, and may get new columns any time.
CREATE FUNCTION sminion.plain_type(type oid) RETURNS boolean
LANGUAGE plpgsql
STABLE
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  printed record;
  inside  oid;
BEGIN
  SELECT t.typtype, t.typbasetype, t.typelem, t.typcategory, l.lanname INTO printed
  FROM pg_type t JOIN pg_proc f ON f.oid = t.typoutput JOIN pg_language l ON l.oid = f.prolang
  WHERE t.oid = plain_type.type;
  IF NOT FOUND OR printed.typtype NOT IN ('b', 'd', 'e', 'r', 'm') OR printed.lanname NOT IN ('internal', 'c') THEN
    RETURN false;
  END IF;
  inside := CASE
    WHEN printed.typtype = 'd' THEN printed.typbasetype
    WHEN printed.typtype = 'b' AND printed.typcategory = 'A' THEN printed.typelem
    WHEN printed.typtype = 'r' THEN (SELECT r.rngsubtype FROM pg_range r WHERE r.rngtypid = plain_type.type)
    WHEN printed.typtype = 'm' THEN (SELECT r.rngsubtype FROM pg_range r WHERE r.rngmultitypid = plain_type.type)
    END;
  RETURN coalesce(inside, 0) = 0 OR sminion.plain_type(inside);
END
$sminion$;

-- functions/report/report_columns.sql
-- The columns of a protected table, and what an access report shows of each:
--   always    also in rows that are about other people too: neutral columns, and what the policy says with `report = "show"`
--   subject   the key of a subject: in such rows only that of the person, and of all others that it is another's
--   alone     in rows about nobody else
--   exists    that it is kept, as the policy says
--   type      not shown: printing it could run code of the application
--   unlisted  not shown: the policy does not list it
--   missing   not shown: the policy lists it, and the table does not have it
CREATE FUNCTION sminion.report_columns(
  target sminion.protected_table, OUT name text, OUT category text, OUT type text, OUT shown text
) RETURNS SETOF record
LANGUAGE sql
STABLE
SET search_path = pg_catalog, pg_temp
AS $sminion$
  WITH said AS (
    SELECT v.document -> 'schemas' -> target.schema_name -> 'tables' -> target.table_name AS "table"
    FROM sminion.policy p JOIN sminion.policy_version v ON v.epoch = p.epoch
  ), listed AS (
    SELECT c.key AS name, c.value AS category, s."table" -> 'report' ->> c.key AS wish
    FROM said s CROSS JOIN LATERAL jsonb_each_text(s."table" -> 'columns') AS c
    WHERE c.key NOT IN ('tableoid', 'ctid', 'xmin', 'xmax', 'cmin', 'cmax')
  ), present AS (
    SELECT a.attname::text AS name, a.atttypid AS type, a.atttypmod AS modifier
    FROM pg_attribute a
    WHERE a.attrelid = to_regclass(format('%I.%I', target.schema_name, target.table_name)) AND a.attnum > 0 AND NOT a.attisdropped
      AND a.attname NOT IN ('guard_mask', 'guard_subject')
  )
  SELECT name, l.category, format_type(p.type, p.modifier), CASE
           WHEN l.category IS NULL THEN 'unlisted'
           WHEN p.type IS NULL THEN 'missing'
           WHEN l.wish = 'exists' THEN 'exists'
           WHEN NOT sminion.plain_type(p.type) THEN 'type'
           WHEN name = ANY (target.subject_columns) THEN 'subject'
           WHEN l.category = 'none' OR l.wish = 'show' THEN 'always'
           ELSE 'alone' END
  FROM listed l FULL JOIN present p USING (name)
  ORDER BY name COLLATE "C"
$sminion$;

-- functions/report/report_hindrance.sql
-- Why a report does not read a table: rows would be missing, or code of the application would run with the rights of the guard.
-- NULL where it does.
--
-- blind: what sminion.blindness says of the table.
CREATE FUNCTION sminion.report_hindrance(target sminion.protected_table, blind text) RETURNS text
LANGUAGE sql
STABLE
SET search_path = pg_catalog, pg_temp
AS $sminion$
  SELECT CASE
    WHEN to_regclass(format('%I.%I', target.schema_name, target.table_name)) IS NULL THEN 'the table does not exist'
    -- A policy of the application hides rows, and its functions would be called by the guard.
    WHEN blind LIKE '%polic%' THEN blind
    -- A view in the place of the table would call what it likes.
    WHEN NOT EXISTS (SELECT FROM pg_class c
                     WHERE c.oid = to_regclass(format('%I.%I', target.schema_name, target.table_name)) AND c.relkind IN ('r', 'p'))
      THEN 'it is no table'
    -- A type of the application's own would be compared by its code.
    WHEN (SELECT count(*) FROM pg_attribute a
          WHERE a.attrelid = to_regclass(format('%I.%I', target.schema_name, target.table_name)) AND a.attname = ANY (target.subject_columns)
            AND NOT a.attisdropped AND a.atttypid = ANY (ARRAY['bigint', 'integer', 'smallint', 'uuid', 'text', 'varchar']::regtype[]))
      <> cardinality(target.subject_columns) THEN 'a subject column has another type than that of a key'
  END
$sminion$;

-- functions/destruction/foreign_code.sql
-- The first function that PostgreSQL could run with the rights of the guard when it deletes or updates rows of a table, and that somebody
-- wrote who could not become `sminion_owner` anyway: in an index, a policy, a partition key or extended statistics, which the planner may compute; for
-- an update also in a check, a domain or a generated column. NULL where there is none. Triggers are not meant: they do not
-- fire (see sminion.application_triggers).
--
-- It is asked while the table is locked as for a write, which keeps others from adding an index, a check or a policy; and again
-- after the statement, for what needs a weaker lock.
--
-- A generic plan, in PL/pgSQL: planning takes ten times as long as all else, and each batch asks several times.
CREATE FUNCTION sminion.foreign_code(target sminion.protected_table, updates boolean) RETURNS text
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
SET jit = off
SET plan_cache_mode = force_generic_plan
AS $sminion$
BEGIN
  RETURN (
  WITH RECURSIVE member AS (
    SELECT to_regclass(format('%I.%I', target.schema_name, target.table_name))::oid AS oid
    UNION SELECT f.relid FROM pg_partition_tree(to_regclass(format('%I.%I', target.schema_name, target.table_name))) f
  ), domain AS (
    SELECT a.atttypid AS oid FROM pg_attribute a WHERE a.attrelid IN (SELECT m.oid FROM member m) AND a.attnum > 0 AND NOT a.attisdropped
    UNION
    SELECT CASE WHEN t.typtype = 'd' THEN t.typbasetype ELSE t.typelem END
    FROM domain d JOIN pg_type t ON t.oid = d.oid WHERE t.typtype = 'd' OR t.typelem <> 0
  ), part AS (
    SELECT 'pg_class'::regclass AS class, m.oid, 'the partition key' AS what FROM member m
    UNION ALL SELECT 'pg_class'::regclass, i.indexrelid, format('index `%s`', i.indexrelid::regclass)
    FROM pg_index i WHERE i.indrelid IN (SELECT m.oid FROM member m)
    UNION ALL SELECT 'pg_policy'::regclass, p.oid, format('policy `%s`', p.polname)
    FROM pg_policy p WHERE p.polrelid IN (SELECT m.oid FROM member m)
    UNION ALL SELECT 'pg_statistic_ext'::regclass, s.oid, format('statistics `%s`', s.stxname)
    FROM pg_statistic_ext s WHERE s.stxrelid IN (SELECT m.oid FROM member m)
    UNION ALL SELECT 'pg_constraint'::regclass, c.oid, format('constraint `%s`', c.conname)
    FROM pg_constraint c
    WHERE updates AND (c.conrelid IN (SELECT m.oid FROM member m) OR c.contypid IN (SELECT d.oid FROM domain d))
    UNION ALL SELECT 'pg_attrdef'::regclass, d.oid, format('column `%s`', a.attname)
    FROM pg_attrdef d JOIN pg_attribute a ON a.attrelid = d.adrelid AND a.attnum = d.adnum
    WHERE updates AND d.adrelid IN (SELECT m.oid FROM member m) AND a.attgenerated <> ''
  ), called AS (
    SELECT p.what, coalesce(o.oprcode, k.refobjid) AS function
    FROM part p JOIN pg_depend k ON k.classid = p.class AND k.objid = p.oid
    LEFT JOIN pg_operator o ON k.refclassid = 'pg_operator'::regclass AND o.oid = k.refobjid
    WHERE k.refclassid IN ('pg_proc'::regclass, 'pg_operator'::regclass)
  )
  SELECT format('`%s` of %s, which `%s` owns, would run with the rights of the guard', f.oid::regprocedure, c.what, r.rolname)
  FROM called c JOIN pg_proc f ON f.oid = c.function JOIN pg_roles r ON r.oid = f.proowner JOIN pg_language l ON l.oid = f.prolang
  -- Who may become sminion_owner anyway, such as the installing role, gains nothing by it. Before 16 that is whoever makes roles.
  WHERE NOT pg_has_role(r.oid, 'sminion_owner', 'MEMBER WITH ADMIN OPTION') AND r.rolname <> 'sminion_owner'
    AND NOT (r.rolcreaterole AND current_setting('server_version_num')::integer < 160000) AND l.lanname NOT IN ('internal', 'c')
  ORDER BY 1 LIMIT 1);
END
$sminion$;

-- functions/destruction/application_triggers.sql
-- Triggers and rules of the application that a DELETE (8) or UPDATE (16) of a table fires: `quiet`, those that the replica role
-- silences, and `loud`, those that fire in it too. Their code would run with the rights of the guard.
CREATE FUNCTION sminion.application_triggers(
  target sminion.protected_table, commands integer, OUT quiet text, OUT loud text
)
LANGUAGE sql
STABLE
SET search_path = pg_catalog, pg_temp
AS $sminion$
  WITH member AS (
    SELECT to_regclass(format('%I.%I', target.schema_name, target.table_name))::oid AS oid
    UNION SELECT f.relid FROM pg_partition_tree(to_regclass(format('%I.%I', target.schema_name, target.table_name))) f
  ), fires AS (
    SELECT format('trigger `%s`', t.tgname) AS what, t.tgenabled AS enabled
    FROM pg_trigger t JOIN pg_proc f ON f.oid = t.tgfoid
    WHERE t.tgrelid IN (SELECT m.oid FROM member m) AND NOT t.tgisinternal AND f.pronamespace <> 'sminion'::regnamespace
      AND t.tgtype & commands <> 0
    UNION
    SELECT format('rule `%s`', r.rulename), r.ev_enabled FROM pg_rewrite r WHERE r.ev_class IN (SELECT m.oid FROM member m)
  )
  SELECT min(f.what COLLATE "C") FILTER (WHERE f.enabled = 'O'), min(f.what COLLATE "C") FILTER (WHERE f.enabled IN ('A', 'R'))
  FROM fires f
$sminion$;

-- functions/retention/table_alone.sql
-- A table as the functions of masks and destruction take it, with rows that are about nobody.
CREATE FUNCTION sminion.table_alone(schema_name text, table_name text) RETURNS sminion.protected_table
LANGUAGE sql
STABLE
SET search_path = pg_catalog, pg_temp
AS $sminion$
  SELECT r.* FROM jsonb_populate_record(NULL::sminion.protected_table, jsonb_build_object(
    'schema_name', table_alone.schema_name, 'table_name', table_alone.table_name, 'subject_columns', '[]'::jsonb, 'key_types', '[]'::jsonb,
    'prefixes', '[]'::jsonb, 'optional', '[]'::jsonb, 'depth', 0, 'anonymous', false)) r
$sminion$;

-- functions/retention/hmac_pads.sql
-- The two pads of HMAC-SHA-256 for a secret of at most 64 bytes; without one, for 244 random bits, hashed.
CREATE FUNCTION sminion.hmac_pads(secret bytea, OUT inner_pad bytea, OUT outer_pad bytea)
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  key bytea := coalesce(secret, sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())));
BEGIN
  inner_pad := decode(repeat('36', 64), 'hex');
  outer_pad := decode(repeat('5c', 64), 'hex');
  FOR i IN 0 .. octet_length(key) - 1 LOOP
    inner_pad := set_byte(inner_pad, i, get_byte(key, i) # 54);
    outer_pad := set_byte(outer_pad, i, get_byte(key, i) # 92);
  END LOOP;
END
$sminion$;
COMMENT ON FUNCTION sminion.hmac_pads(bytea) IS 'the pads of HMAC-SHA-256 for a secret';

-- functions/retention/make_pseudonym_key.sql
-- Makes the secret of pseudonyms where there is none. `secret` is for tests.
CREATE FUNCTION sminion.make_pseudonym_key(secret bytea DEFAULT NULL) RETURNS void
LANGUAGE sql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
  INSERT INTO sminion.pseudonym_key (inner_pad, outer_pad)
  SELECT p.inner_pad, p.outer_pad FROM sminion.hmac_pads(secret) p
  ON CONFLICT DO NOTHING
$sminion$;

-- functions/retention/pseudonym.sql
-- The pseudonym of a value: HMAC-SHA-256 with the secret of sminion.pseudonym_key, over the column and the value. The same value in the same
-- column has the same pseudonym, and in another one another, so that rows of two collections are not joined by it.
CREATE FUNCTION sminion.pseudonym("column" text, value text) RETURNS bytea
LANGUAGE sql
STABLE
STRICT
SET search_path = pg_catalog, pg_temp
AS $sminion$
  SELECT sha256(k.outer_pad || sha256(k.inner_pad || convert_to(pseudonym."column", 'UTF8') || '\x00'::bytea || convert_to(pseudonym.value, 'UTF8')))
  FROM sminion.pseudonym_key k
$sminion$;

-- functions/retention/forget_pseudonym_key.sql
-- Destroys the secret of pseudonyms: nobody can test any more whom one of those that are there stands for, and those to come are made with a new one.
-- Copies in backups are another matter.
CREATE FUNCTION sminion.forget_pseudonym_key(reason text) RETURNS void
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  why CONSTANT text := sminion.require_reason(forget_pseudonym_key.reason);
BEGIN
  DELETE FROM sminion.pseudonym_key;
  PERFORM sminion.make_pseudonym_key();
  PERFORM sminion.record_act('forget_pseudonym_key', '{}', why);
END
$sminion$;
COMMENT ON FUNCTION sminion.forget_pseudonym_key(text) IS 'destroys the secret of pseudonyms, and makes another for those to come';

-- functions/views/depersonalized_value.sql
-- What an operator leaves of a value, as an expression: for rows that are depersonalized at the end of their retention, and for depersonalized views.
-- NULL for an operator that is none of those that both have.
CREATE FUNCTION sminion.depersonalized_value(operator text, argument text, old text, type regtype, zone text) RETURNS text
LANGUAGE sql
IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $sminion$
  SELECT CASE
    WHEN operator IN ('year', 'month', 'decade') THEN CASE type
      WHEN 'timestamptz'::regtype THEN format('date_trunc(%L, %s, %L)', operator, old, zone)
      ELSE format('date_trunc(%L, %s::timestamp)', operator, old) END
    WHEN operator = 'prefix' THEN format('left(%s, %s)', old, argument::integer)
    WHEN operator = 'bucket' THEN format('trunc(%s::numeric / %s) * %2$s', old, argument::integer) END
$sminion$;
COMMENT ON FUNCTION sminion.depersonalized_value(text, text, text, regtype, text) IS 'what an operator leaves of a value, as an expression';

-- functions/destruction/depersonalized_values.sql
-- What depersonalizing a row makes of it, column by column, as an expression over alias `t`: what leads to the person is emptied, and the moment that
-- retention counts from, since what is about nobody has no end; of a column for which the policy names an operator that is left; all other personal
-- data are emptied. Destruction and retention do the same.
--
-- So a row that is depersonalized is known by that: it names nobody, and its retention has not begun.
CREATE FUNCTION sminion.depersonalized_values(target sminion.protected_table, OUT name text, OUT value text) RETURNS SETOF record
LANGUAGE sql
STABLE
SET search_path = pg_catalog, pg_temp
AS $sminion$
  WITH said AS (
    SELECT v.document #> ARRAY['schemas', target.schema_name, 'tables', target.table_name] AS "table", v.document ->> 'timezone' AS zone
    FROM sminion.policy p JOIN sminion.policy_version v ON v.epoch = p.epoch
  ), present AS (
    SELECT a.attname::text AS name, a.attnum, coalesce(nullif(t.typbasetype, 0), t.oid)::regtype AS type, format('t.%I', a.attname) AS old,
           s."table" -> 'columns' ->> a.attname AS category, s."table" -> 'depersonalize' ->> a.attname AS operator, s.zone,
           a.attname = s."table" #>> '{retention,after}' OR a.attname = target.child_column
             OR target.depth = 0 AND a.attname = ANY (target.subject_columns) AS leads
    FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid CROSS JOIN said s
    WHERE a.attrelid = to_regclass(format('%I.%I', target.schema_name, target.table_name)) AND a.attnum > 0 AND NOT a.attisdropped
  )
  SELECT p.name, CASE
      WHEN p.leads OR p.operator IS NULL OR p.operator = 'null' THEN 'NULL'
      WHEN p.operator LIKE 'value(%' THEN format('%L', substr(p.operator, 7, length(p.operator) - 7))
      WHEN p.operator = 'pseudonym' THEN CASE
        WHEN p.type = 'bytea'::regtype THEN format('sminion.pseudonym(%L, encode(%s, ''hex''))', k.scope, p.old)
        WHEN p.type = 'uuid'::regtype THEN format('left(encode(sminion.pseudonym(%L, %s::text), ''hex''), 32)::uuid', k.scope, p.old)
        ELSE format('left(encode(sminion.pseudonym(%L, %s::text), ''hex''), 32)', k.scope, p.old) END
      -- What is not known leaves nothing.
      ELSE coalesce(sminion.depersonalized_value(
        substring(p.operator FROM '^[a-z]+'), substring(p.operator FROM '^[a-z]+[(]([0-9]+)[)]$'), p.old, p.type, p.zone), 'NULL') END
  FROM present p CROSS JOIN LATERAL (SELECT format('%s.%s.%s', target.schema_name, target.table_name, p.name)) AS k (scope)
  WHERE p.leads OR p.operator IS NOT NULL OR p.category NOT IN ('key', 'none')
  ORDER BY p.attnum
$sminion$;

-- functions/retention/personal_below.sql
-- Whether a table, or one whose rows find their subject through it, has personal data by the policy in force.
CREATE FUNCTION sminion.personal_below(schema_name text, table_name text) RETURNS boolean
LANGUAGE sql
STABLE
SET search_path = pg_catalog, pg_temp
AS $sminion$
  WITH RECURSIVE below AS (
    SELECT personal_below.schema_name, personal_below.table_name
    UNION
    SELECT p.schema_name, p.table_name FROM below b JOIN sminion.protected_table p
      ON (p.parent_schema, p.parent_table) = (b.schema_name, b.table_name)
  )
  SELECT EXISTS (
    SELECT FROM below b CROSS JOIN sminion.policy i JOIN sminion.policy_version v ON v.epoch = i.epoch
    CROSS JOIN LATERAL jsonb_each_text(v.document #> ARRAY['schemas', b.schema_name, 'tables', b.table_name, 'columns']) AS c
    WHERE c.value NOT IN ('key', 'none'))
$sminion$;

-- functions/destruction/references_to.sql
-- Who leads to rows of a table, as a condition over alias `t`: by a foreign key, or by a path of the policy, without which nobody would know any more
-- whom such a row is about. A row that others lead to stays, until they are gone.
--
-- way:    a row that is deleted has everybody count. Of one that is depersonalized, foreign keys on what changes count, and paths: where a
--         row expires, from tables with personal data only, since the others may as well be about nobody.
-- person: rows of the same table that are about the subject in parameter $1 do not count, as they go along. Else only a row that leads to itself.
-- keys:   whether foreign keys are looked at here; PostgreSQL does where their triggers fire, and then may take rows along.
--
-- unreadable: the first table of which the guard cannot see all that, or not without running code of others with its rights: the planner
-- computes what stands in an index. NULL where all can be seen.
--
-- A generic plan: see sminion.foreign_code.
CREATE FUNCTION sminion.references_to(
  target sminion.protected_table, way text, person boolean, keys boolean DEFAULT true, OUT condition text, OUT unreadable text
)
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
SET jit = off
SET plan_cache_mode = force_generic_plan
AS $sminion$
#variable_conflict use_column
BEGIN
  WITH member AS (
    SELECT to_regclass(format('%I.%I', target.schema_name, target.table_name))::oid AS oid
    UNION SELECT f.relid FROM pg_partition_tree(to_regclass(format('%I.%I', target.schema_name, target.table_name))) f
  ), leads AS (
    SELECT c.conrelid AS relation, array_agg(own.attname) AS columns,
           string_agg(format('r.%I = t.%I', own.attname, other.attname), ' AND ' ORDER BY k.n)
             || CASE WHEN c.conrelid NOT IN (SELECT m.oid FROM member m) THEN ''
                  WHEN person THEN format(' AND %s IS NOT TRUE', sminion.subject_rows(target, 'r'))
                  ELSE ' AND (r.tableoid, r.ctid) IS DISTINCT FROM (t.tableoid, t.ctid)' END AS condition
    FROM pg_constraint c CROSS JOIN LATERAL unnest(c.conkey, c.confkey) WITH ORDINALITY AS k (own, other, n)
    JOIN pg_attribute own ON own.attrelid = c.conrelid AND own.attnum = k.own
    JOIN pg_attribute other ON other.attrelid = c.confrelid AND other.attnum = k.other
    WHERE keys AND c.contype = 'f' AND c.confrelid IN (SELECT m.oid FROM member m) AND c.conparentid = 0
    GROUP BY c.oid, c.conrelid
    HAVING way = 'destroy' OR bool_or(other.attname::text IN (SELECT v.name FROM sminion.depersonalized_values(target) v))
    UNION ALL
    SELECT to_regclass(format('%I.%I', p.schema_name, p.table_name)), ARRAY[p.child_column::name],
           format('r.%I = t.%I', p.child_column, p.parent_key)
    FROM sminion.protected_table p
    WHERE (p.parent_schema, p.parent_table) = (target.schema_name, target.table_name)
      AND to_regclass(format('%I.%I', p.schema_name, p.table_name)) IS NOT NULL
      AND (way = 'destroy' OR person OR sminion.personal_below(p.schema_name, p.table_name))
  ), refers AS (
    SELECT l.relation::regclass::text AS name, format('EXISTS (SELECT FROM %s AS r WHERE %s)', l.relation::regclass, l.condition) AS condition,
           has_schema_privilege('sminion_owner', n.oid, 'USAGE')
             AND (SELECT bool_and(has_column_privilege('sminion_owner', c.oid, k.name, 'SELECT')) FROM unnest(l.columns) AS k (name))
             -- With row security that is not the guard's, rows would be hidden, and code of others would say which.
             AND (NOT c.relrowsecurity OR EXISTS (SELECT FROM pg_policy o WHERE o.polrelid = c.oid AND o.polname = 'guard_owner'))
             AND NOT EXISTS (
               SELECT FROM pg_policy o WHERE o.polrelid = c.oid
                 AND EXISTS (SELECT FROM unnest(o.polroles) r (oid)
                             WHERE CASE r.oid WHEN 0 THEN true ELSE pg_has_role('sminion_owner', r.oid, 'USAGE') END)
                 AND NOT EXISTS (
                   SELECT FROM sminion.installed_object i
                   WHERE i.key = CASE o.polname WHEN 'guard_others' THEN format('others:%s.%s', n.nspname, c.relname)
                     ELSE format('policy:%s.%s:%s', n.nspname, c.relname, o.polname) END COLLATE "default"))
             AND sminion.foreign_code(sminion.table_alone(n.nspname::text, c.relname::text), false) IS NULL AS readable
    FROM leads l JOIN pg_class c ON c.oid = l.relation JOIN pg_namespace n ON n.oid = c.relnamespace
  )
  SELECT coalesce(string_agg(DISTINCT r.condition, ' OR ' ORDER BY r.condition), 'false'),
         min(r.name COLLATE "C") FILTER (WHERE NOT r.readable)
  INTO condition, unreadable
  FROM refers r;
END
$sminion$;

-- functions/views/shown_value.sql
-- What a column of a depersonalized view shows of a row, as an expression over alias `t`. Values that are equal must look alike, or a group would
-- hide nobody: texts are compared byte by byte (a collation may hold `OSLO` and `Oslo` for one), and numbers lose the zeros at their end.
CREATE FUNCTION sminion.shown_value(definition jsonb, said jsonb) RETURNS text
LANGUAGE plpgsql
STABLE
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  operator CONSTANT text := said ->> 'operator';
  type     regtype;
  old      text;
  shown    text;
BEGIN
  SELECT coalesce(nullif(b.typbasetype, 0), b.oid)::regtype INTO STRICT type
  FROM pg_attribute a JOIN pg_type b ON b.oid = a.atttypid
  WHERE a.attrelid = (definition ->> 'table')::regclass AND a.attname = said ->> 'column' AND a.attnum > 0 AND NOT a.attisdropped;
  type := CASE type WHEN 'varchar'::regtype THEN 'text'::regtype ELSE type END;
  IF type NOT IN ('text'::regtype, 'smallint'::regtype, 'integer'::regtype, 'bigint'::regtype, 'numeric'::regtype, 'date'::regtype,
                  'timestamp'::regtype, 'timestamptz'::regtype, 'boolean'::regtype, 'uuid'::regtype)
  THEN
    RAISE EXCEPTION USING ERRCODE = 'SG397',
      MESSAGE = format('column `%s` of `%s` is %s, which no depersonalized view shows', said ->> 'column', definition ->> 'table', type),
      HINT = 'Leave the column out of the view.';
  END IF;
  old := format('t.%I::%s', said ->> 'column', type);
  IF type = 'text'::regtype THEN
    old := format('(%s COLLATE "C")', old);
  END IF;
  shown := CASE operator
    WHEN 'keep' THEN old
    WHEN 'pseudonym' THEN format('(%s::text COLLATE "C")', old)
    WHEN 'top' THEN format('CASE WHEN %s > %s THEN %2$s ELSE %1$s END', old, (said ->> 'argument')::bigint)
    WHEN 'bottom' THEN format('CASE WHEN %s < %s THEN %2$s ELSE %1$s END', old, (said ->> 'argument')::bigint)
    WHEN 'hierarchy' THEN (
      SELECT format('CASE WHEN %s IS NULL THEN NULL %s ELSE %s END', old,
                    string_agg(format('WHEN (%s::text COLLATE "C") = %L THEN %L', old, g.key, g.value), ' ' ORDER BY g.key COLLATE "C"),
                    quote_nullable(said ->> 'other') || '::text')
      FROM jsonb_each_text(said -> 'groups') g)
    ELSE sminion.depersonalized_value(operator, said ->> 'argument', old, type, definition ->> 'zone') END;
  IF shown IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'SG397',
      MESSAGE = format('nobody knows what `%s` shows of column `%s`', operator, said ->> 'column'),
      HINT = 'Apply the policy with the version that the functions in the database are of.';
  END IF;
  type := CASE WHEN operator IN ('pseudonym', 'hierarchy') THEN 'text'::regtype ELSE type END;
  RETURN format(CASE type WHEN 'numeric'::regtype THEN 'trim_scale((%s)::%s)' WHEN 'text'::regtype THEN '((%s)::%s COLLATE "C")' ELSE '(%s)::%s' END,
                shown, type);
END
$sminion$;
COMMENT ON FUNCTION sminion.shown_value(jsonb, jsonb) IS 'what a column of a depersonalized view shows of a row, as an expression';

-- functions/views/counting_query.sql
-- The query of a depersonalized view that counts the people of each group, over rows whose groups have been measured. A total tells, with the groups
-- that are shown, how many people there are in those that are not. So it is shown only where nobody is hidden, or as many as make a group: both of
-- all who are in a hidden group, and of those who are in no other.
CREATE FUNCTION sminion.counting_query(definition jsonb, shown text[], people integer, measured text) RETURNS text
LANGUAGE sql
IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $sminion$
  WITH said AS (
    SELECT definition ->> 'k' AS k, quote_ident(definition ->> 'count') AS counted, quote_ident(definition ->> 'total') AS total,
      (SELECT string_agg(format('nullif(count(DISTINCT guard_person_%s), 0)', n), ', ') FROM generate_series(1, people) n) AS persons
  ), listed AS (
    SELECT string_agg(c.name, ', ' ORDER BY c.name COLLATE "C") AS names
    FROM said s, unnest(shown || ARRAY[s.counted] || array_remove(ARRAY[s.total], NULL)) c (name)
  )
  SELECT format('SELECT %s FROM (', l.names)
    || format('SELECT %s FROM (%s) g WHERE guard_people >= %s',
         concat_ws(', ', nullif(array_to_string(shown, ', '), ''), format('least(%s) AS %s', s.persons, s.counted), 'false AS ' || s.total),
         measured, s.k)
    || coalesce(' GROUP BY ' || nullif(array_to_string(shown, ', '), ''), format(' HAVING least(%s) >= %s', s.persons, s.k))
    || CASE WHEN s.total IS NULL THEN '' ELSE
         format(' UNION ALL SELECT %s FROM (%s) g HAVING count(DISTINCT guard_person_1) >= %s',
           concat_ws(', ', nullif(array_to_string(array_fill('NULL'::text, ARRAY[cardinality(shown)]), ', '), ''),
                     'count(DISTINCT guard_person_1)', 'true'),
           measured, s.k)
         || (SELECT string_agg(format(' AND (%s = 0 OR %1$s >= %s)', h.hidden, s.k), '') FROM (VALUES
           (format('count(DISTINCT guard_person_1) FILTER (WHERE (guard_people >= %s) IS NOT TRUE)', s.k)),
           (format('(count(DISTINCT guard_person_1) - count(DISTINCT guard_person_1) FILTER (WHERE guard_people >= %s))', s.k))) AS h (hidden))
       END
    || format(') u ORDER BY %s', l.names)
  FROM said s, listed l
$sminion$;
COMMENT ON FUNCTION sminion.counting_query(jsonb, text[], integer, text) IS 'the query of a depersonalized view that counts';

-- functions/views/make_depersonalized_view.sql
-- Makes a depersonalized view, as sminion_owner. From inside to outside:
--
-- - the rows that the floor of the reader lets through, each column as its operator leaves it, with the keys of the people of the row;
-- - keys that were declared to be one person count as one; the pseudonym is made, with the secret of this view, and with the name of the recipient that
--   the rows are read for (`apart` has its roles): two recipients who put together what they got join nothing by it. A control character
--   stands between the name and the key, so that no key of a person begins with a name;
-- - where there is a pseudonym, what one person shows in all rows counts together: rows that can be linked look alike only if all of them do;
-- - people and values of sensitive columns are counted in each group. A row about nobody counts for nobody, NULL is a value like others, and it is none
--   that makes a sensitive column various. Of rows about several people each place is counted by itself, and the least number counts;
-- - groups that are too small are left out.
--
-- The order of what comes out is that of what is shown: else it would be that of the keys, by which rows were sorted to count people. The view is a
-- security barrier: no function in a query on it sees a row that it leaves out.
CREATE FUNCTION sminion.make_depersonalized_view(definition jsonb) RETURNS void
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  shown    CONSTANT text[] := ARRAY(SELECT quote_ident(c ->> 'name') FROM jsonb_array_elements(definition -> 'columns') c
                                    WHERE c ->> 'operator' NOT IN ('count', 'total') ORDER BY c ->> 'name');
  alike    CONSTANT text[] := ARRAY(SELECT quote_ident(a) FROM jsonb_array_elements_text(definition -> 'alike') a);
  apart    CONSTANT text[] := ARRAY(SELECT quote_ident(a) FROM jsonb_array_elements_text(definition -> 'sensitive') a);
  people   CONSTANT integer := jsonb_array_length(definition -> 'people');
  linked   CONSTANT text := quote_ident(definition ->> 'pseudonym');
  whose    CONSTANT text := (
    SELECT format('CASE current_user %s ELSE '''' END || ', string_agg(format('WHEN %L THEN %L', a.role, a.recipient || chr(31)), ' ' ORDER BY a.role))
    FROM jsonb_each_text(definition -> 'apart') AS a (role, recipient) HAVING count(*) > 0);
  together text;
  query    text;
BEGIN
  SELECT format('SELECT %s FROM %s t WHERE %s', string_agg(v.value, ', ' ORDER BY v.n), definition ->> 'table', definition ->> 'floor') INTO query
  FROM (
    SELECT row_number() OVER (ORDER BY c ->> 'name'), format('%s AS %I', sminion.shown_value(definition, c), c ->> 'name')
    FROM jsonb_array_elements(definition -> 'columns') c WHERE c ->> 'operator' NOT IN ('count', 'total')
    UNION ALL
    SELECT 100000 + p.n, format('((%s) COLLATE "C") AS guard_person_%s', p.key, p.n)
    FROM jsonb_array_elements_text(definition -> 'people') WITH ORDINALITY p (key, n)
  ) AS v (n, value);

  SELECT format('SELECT %s FROM (%s) f %s %s',
      concat_ws(', ', (
        SELECT string_agg(CASE WHEN s = linked
          THEN format('left(encode(sha256(k.outer_pad || sha256(k.inner_pad || convert_to(%sf.%s, ''UTF8''))), ''hex''), 32) COLLATE "C" AS %2$s',
                      whose, s)
          ELSE 'f.' || s END, ', ') FROM unnest(shown) s),
        string_agg(format('coalesce(m%s.person, f.guard_person_%1$s) AS guard_person_%1$s', n), ', ')),
      query,
      string_agg(format('LEFT JOIN guard_merged m%s ON m%1$s.subject = f.guard_person_%1$s', n), ' '),
      CASE WHEN linked IS NOT NULL THEN
        format('CROSS JOIN sminion.view_key k WHERE k.view = %L AND f.guard_person_1 IS NOT NULL', definition ->> 'view') END)
  INTO query FROM generate_series(1, people) n;

  together := array_to_string(alike, ', ');
  IF linked IS NOT NULL THEN
    query := format('SELECT s.*, string_agg(jsonb_build_array(%s)::text, '','') OVER (PARTITION BY guard_person_1 '
      'ORDER BY jsonb_build_array(%1$s)::text COLLATE "C" ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) COLLATE "C" AS guard_alike '
      'FROM (%s) s', together, query);
    together := 'guard_alike';
  END IF;
  together := coalesce('PARTITION BY ' || nullif(together, ''), '');
  SELECT format('SELECT c.*, %s FROM (%s) c', string_agg(w.rank, ', '), query) INTO query
  FROM (
    SELECT format('dense_rank() OVER (%s ORDER BY guard_person_%s NULLS LAST) AS guard_rank_%2$s', together, n) FROM generate_series(1, people) n
    UNION ALL
    SELECT format('dense_rank() OVER (%s ORDER BY %s NULLS LAST) AS guard_value_%s', together, a.name, a.n) FROM unnest(apart) WITH ORDINALITY a (name, n)
  ) AS w (rank);
  SELECT format('SELECT w.*, least(%s) AS guard_people, %s AS guard_values FROM (%s) w',
    (SELECT string_agg(format('max(CASE WHEN guard_person_%s IS NOT NULL THEN guard_rank_%1$s END) OVER (%s)', n, together), ', ')
     FROM generate_series(1, people) n),
    coalesce('least(' || (
      SELECT string_agg(format('coalesce(max(CASE WHEN %s IS NOT NULL THEN guard_value_%s END) OVER (%s), 0)', a.name, a.n, together), ', ')
      FROM unnest(apart) WITH ORDINALITY a (name, n)) || ')', '0'),
    query) INTO query;

  query := CASE WHEN definition ->> 'count' IS NULL
    THEN format('SELECT %s FROM (%s) g WHERE guard_people >= %s AND guard_values >= %s ORDER BY %1$s',
                array_to_string(shown, ', '), query, definition ->> 'k', definition ->> 'l')
    ELSE sminion.counting_query(definition, shown, people, query) END;
  EXECUTE format(
    'CREATE VIEW %s WITH (security_barrier = true) AS '
    'WITH RECURSIVE guard_pair (one, other) AS ('
    '  SELECT m.one, m.other FROM sminion.subject_merge m WHERE m.ended_at IS NULL'
    '  UNION ALL SELECT m.other, m.one FROM sminion.subject_merge m WHERE m.ended_at IS NULL'
    '), guard_reached (subject, key) AS ('
    '  SELECT p.one, p.one FROM guard_pair p'
    '  UNION SELECT r.subject, p.other FROM guard_reached r JOIN guard_pair p ON p.one = r.key'
    '), guard_merged (subject, person) AS (SELECT r.subject, min(r.key) FROM guard_reached r GROUP BY r.subject) %s',
    definition ->> 'name', query);
  INSERT INTO sminion.view_key (view, inner_pad, outer_pad)
  SELECT definition ->> 'view', p.inner_pad, p.outer_pad FROM sminion.hmac_pads(NULL) p
  ON CONFLICT DO NOTHING;
END
$sminion$;
COMMENT ON FUNCTION sminion.make_depersonalized_view(jsonb) IS 'makes a depersonalized view';

-- functions/views/rotate_pseudonyms.sql
-- Gives a depersonalized view another secret: its pseudonyms are others from now on, and nobody joins what is read later to what was read before.
CREATE FUNCTION sminion.rotate_pseudonyms(view text, reason text) RETURNS void
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  why CONSTANT text := sminion.require_reason(rotate_pseudonyms.reason);
BEGIN
  UPDATE sminion.view_key k SET inner_pad = p.inner_pad, outer_pad = p.outer_pad, made_at = clock_timestamp()
  FROM sminion.hmac_pads(NULL) p
  WHERE k.view = rotate_pseudonyms.view;
  IF NOT FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'SG270',
      MESSAGE = format('no depersonalized view `%s`', sminion.log_text(rotate_pseudonyms.view, 130)),
      HINT = 'Pass the name of a view of the policy, as `schema.view`.';
  END IF;
  PERFORM sminion.record_act('rotate_pseudonyms', jsonb_build_object('view', rotate_pseudonyms.view), why);
END
$sminion$;
COMMENT ON FUNCTION sminion.rotate_pseudonyms(text, text) IS 'gives a depersonalized view other pseudonyms from now on';

-- functions/destruction/rows_about_others.sql
-- The condition, over alias `t`, for rows of one table that are about other people too than the subject in parameter $1; the SET clause that
-- takes that subject out of them; and `stuck`, for rows that name it in a column that must name somebody, of which `fixed` is one.
CREATE FUNCTION sminion.rows_about_others(target sminion.protected_table, OUT condition text, OUT unlink text, OUT fixed text, OUT stuck text)
LANGUAGE sql
STABLE
SET search_path = pg_catalog, pg_temp
AS $sminion$
  WITH subjects AS (
    SELECT c.name, c.optional, format(
      CASE c.prefix WHEN '' THEN 't.%1$I = ANY ($1::text[]::%2$s[])'
        ELSE 't.%1$I = ANY (sminion.keys_of_kind($1::text[], %3$L)::%2$s[])' END, c.name, c.type, c.prefix) AS own
    FROM unnest(target.subject_columns, target.key_types, target.prefixes, target.optional) AS c (name, type, prefix, optional)
  )
  SELECT CASE WHEN count(*) = 1 THEN 'false'
           ELSE string_agg(format('(t.%I IS NOT NULL AND (%s) IS NOT TRUE)', s.name, s.own), ' OR ' ORDER BY s.name) END,
         string_agg(format('%1$I = CASE WHEN (%2$s) IS NOT TRUE THEN t.%1$I END', s.name, s.own), ', ' ORDER BY s.name),
         min(s.name COLLATE "C") FILTER (WHERE NOT s.optional),
         coalesce(string_agg(format('(%s)', s.own), ' OR ' ORDER BY s.name) FILTER (WHERE NOT s.optional), 'false')
  FROM subjects s
$sminion$;

-- functions/destruction/large.sql
-- Whether a table is estimated to have more than 100,000 rows: to find the rows of a person without an index reads all of them.
CREATE FUNCTION sminion.large(target sminion.protected_table) RETURNS boolean
LANGUAGE sql
STABLE
SET search_path = pg_catalog, pg_temp
AS $sminion$
  -- Without statistics: what 100 bytes a row would make of its size.
  SELECT coalesce(sum(CASE WHEN c.reltuples >= 0 THEN c.reltuples ELSE pg_relation_size(c.oid) / 100.0 END), 0) > 100000
  FROM pg_class c
  WHERE c.relkind = 'r' AND c.oid IN (
    SELECT to_regclass(format('%I.%I', target.schema_name, target.table_name))::oid
    UNION SELECT f.relid FROM pg_partition_tree(to_regclass(format('%I.%I', target.schema_name, target.table_name))) f)
$sminion$;

-- functions/destruction/destruction_hindrance.sql
-- Why a table cannot be destroyed for anybody: rows would be missed, code of the application would run with the rights of the guard, or a
-- column cannot be emptied. NULL where it can.
--
-- person: as in sminion.references_to; false for rows that have expired.
CREATE FUNCTION sminion.destruction_hindrance(target sminion.protected_table, way text, person boolean DEFAULT true) RETURNS text
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  relation CONSTANT regclass := to_regclass(format('%I.%I', target.schema_name, target.table_name));
  updates  CONSTANT boolean := way = 'depersonalize' OR cardinality(target.subject_columns) > 1;
  blind    CONSTANT text := sminion.blindness(target);
  cause    text := coalesce(sminion.report_hindrance(target, blind), blind);
  fires    record;
BEGIN
  IF cause IS NOT NULL THEN
    RETURN cause;
  ELSIF target.depth > 0 AND target.next_block IS NOT NULL THEN
    RETURN 'the subjects of its rows are still being filled in: see `sminion-guard apply`';
  END IF;
  cause := sminion.foreign_code(target, updates);
  IF cause IS NOT NULL THEN
    RETURN cause || ': let a role own it that may become sminion_owner, such as a superuser';
  END IF;
  fires := sminion.application_triggers(target, CASE WHEN updates THEN 24 ELSE 8 END);
  IF fires.loud IS NOT NULL THEN
    RETURN format('%s of the application fires always, and its code would run with the rights of the guard: '
                  || '`ALTER TABLE %s ENABLE TRIGGER ...` without ALWAYS', fires.loud, relation);
  ELSIF fires.quiet IS NOT NULL AND NOT has_parameter_privilege('sminion_owner', 'session_replication_role', 'SET') THEN
    RETURN format('%s of the application would run with the rights of the guard: as a superuser, '
                  || '`GRANT SET ON PARAMETER session_replication_role TO sminion_owner`', fires.quiet);
  END IF;
  -- The replica role silences foreign keys too, so the guard looks itself.
  cause := (sminion.references_to(target, way, person, fires.quiet IS NOT NULL OR NOT person)).unreadable;
  IF cause IS NOT NULL THEN
    RETURN format('`%s` refers to its rows, and the guard cannot read how, or would run code of others there with its rights: '
                  || '`GRANT USAGE ON SCHEMA` and `GRANT SELECT` on the columns of its foreign key to sminion_owner, or list it in the policy. '
                  || 'It may have no row security of its own, and no function in an index that another than a superuser owns', cause);
  END IF;
  IF way = 'depersonalize' THEN
    SELECT format('`then = "depersonalize"` empties column `%s`, which is NOT NULL: let it be empty, or say `then = "destroy"`', a.attname)
    INTO cause FROM pg_attribute a
    WHERE a.attrelid = relation AND a.attnotnull AND a.attname IN (
      SELECT v.name FROM sminion.depersonalized_values(target) v WHERE v.value = 'NULL')
    ORDER BY a.attnum LIMIT 1;
  END IF;
  RETURN cause;
END
$sminion$;

-- functions/destruction/destroy_rows.sql
-- Destroys a batch of the rows of one table that are about one person: at most `most`, none that somebody has locked. `chosen` rows were
-- found, of which others refer to `referred` or an application keeps them. Raises where PostgreSQL or the application refuses.
--
-- The caller has the table locked and has asked sminion.destruction_hindrance. Triggers of the application do not fire, so none copies
-- the row elsewhere: their code would run with the rights of the guard. Where there are any, foreign keys do not fire either, and what
-- they would refuse is left out; the rows are locked first, so nobody begins to refer to them.
--
-- shared: of rows about other people too: see the policy.
-- work:   for how long rows were looked for and locked; what is asked before takes the same time for any number of them.
CREATE FUNCTION sminion.destroy_rows(
  target sminion.protected_table, way text, shared text, subject text, most integer,
  OUT chosen bigint, OUT destroyed bigint, OUT depersonalized bigint, OUT unlinked bigint, OUT work interval
)
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
SET jit = off
-- Even where nearly all rows are the person's: each batch would read what the ones before left dead.
SET enable_seqscan = off
SET enable_bitmapscan = off
SET constraint_exclusion = off
AS $sminion$
DECLARE
  relation CONSTANT text := format('%I.%I', target.schema_name, target.table_name);
  updates  CONSTANT boolean := way = 'depersonalize' OR cardinality(target.subject_columns) > 1;
  about    CONSTANT text := sminion.subject_rows(target);
  silent   CONSTANT boolean := (sminion.application_triggers(target, CASE WHEN updates THEN 24 ELSE 8 END)).quiet IS NOT NULL;
  others   CONSTANT record := sminion.rows_about_others(target);
  referred CONSTANT text := (sminion.references_to(target, way, true, silent)).condition;
  here     CONSTANT text := ' FROM unnest($2, $3) AS s (part, place) WHERE t.ctid = s.place AND t.tableoid = s.part AND ' || about;
  eligible text := about;
  parts    oid[];
  places   tid[];
  before   text;
  began    timestamptz := clock_timestamp();
BEGIN
  destroyed := 0;
  depersonalized := 0;
  unlinked := 0;
  -- A column that must name somebody cannot be emptied: then nobody would see the row, the other person's purposes neither.
  IF shared = 'unlink' AND cardinality(target.subject_columns) > 1 THEN
    eligible := format('%s AND (%s) IS NOT TRUE', about, others.stuck);
  ELSIF shared = 'last' AND others.fixed IS NOT NULL THEN
    eligible := format('%s AND ((%s) AND (%s)) IS NOT TRUE', about, others.condition, others.stuck);
  END IF;
  IF silent THEN
    before := sminion.begin_replica_role();
  ELSE
    -- The same for the guard's own trigger, without another role, whose change would take all plans of the session with it.
    PERFORM set_config('sminion.masks_set', '', true);
  END IF;
  EXECUTE format(
    'SELECT array_agg(q.tableoid), array_agg(q.ctid) FROM (SELECT t.tableoid, t.ctid FROM %s AS t WHERE %s AND (%s) IS NOT TRUE LIMIT $2 '
    || 'FOR UPDATE OF t SKIP LOCKED) q', relation, eligible, referred)
  INTO parts, places USING ARRAY[subject], most;
  chosen := coalesce(cardinality(parts), 0);
  IF chosen > 0 THEN
    IF cardinality(target.subject_columns) > 1 AND shared <> 'first' THEN
      EXECUTE format('UPDATE %s AS t SET %s%s AND (%s)', relation, others.unlink, here,
                     CASE shared WHEN 'unlink' THEN 'true' ELSE others.condition END)
      USING ARRAY[subject], parts, places;
      GET DIAGNOSTICS unlinked = ROW_COUNT;
    END IF;
    IF way = 'depersonalize' THEN
      EXECUTE format('UPDATE %s AS t SET %s%s AND (%s) IS NOT TRUE', relation,
        (SELECT string_agg(format('%I = %s', c.name, c.value), ', ') FROM sminion.depersonalized_values(target) c), here, referred)
      USING ARRAY[subject], parts, places;
      GET DIAGNOSTICS depersonalized = ROW_COUNT;
    ELSE
      -- A later snapshot than that of the locks: who referred to a row meanwhile is seen.
      EXECUTE format('DELETE FROM %s AS t USING unnest($2, $3) AS s (part, place) WHERE t.ctid = s.place AND t.tableoid = s.part AND %s '
                     || 'AND (%s) IS NOT TRUE', relation, about, referred)
      USING ARRAY[subject], parts, places;
      GET DIAGNOSTICS destroyed = ROW_COUNT;
    END IF;
  END IF;
  IF silent THEN
    PERFORM sminion.end_replica_role(before);
  ELSE
    -- A deferred constraint would undo the batch at its commit, and nobody would know why.
    SET CONSTRAINTS ALL IMMEDIATE;
  END IF;
  work := clock_timestamp() - began;
END
$sminion$;

-- functions/destruction/rows_left.sql
-- Why a table may still have rows of a person although no batch found any more: NULL where it has none.
CREATE FUNCTION sminion.rows_left(target sminion.protected_table, way text, shared text, subject text) RETURNS text
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
SET jit = off
-- Even where nearly all rows are the person's: each batch would read what the ones before left dead.
SET enable_seqscan = off
SET enable_bitmapscan = off
AS $sminion$
DECLARE
  others CONSTANT record := sminion.rows_about_others(target);
  about  CONSTANT text := sminion.subject_rows(target);
  refers CONSTANT record := sminion.references_to(target, way, true);
  every  bigint;
  named  bigint;
  found  boolean;
BEGIN
  EXECUTE format('SELECT count(*), count(*) FILTER (WHERE q.others) FROM (SELECT (%s) AND (%s) AS others FROM %I.%I AS t WHERE %s LIMIT 1000) q',
                 others.condition, others.stuck, target.schema_name, target.table_name, about)
  INTO every, named USING ARRAY[subject];
  IF named > 0 AND shared <> 'first' AND others.fixed IS NOT NULL THEN
    RETURN format('%s rows name other people too, and column `%s` must name somebody: mark it with `?` in the policy, or say `shared = "first"`',
                  named, others.fixed);
  ELSIF every > 0 THEN
    IF refers.unreadable IS NULL THEN
      EXECUTE format('SELECT EXISTS (SELECT FROM %I.%I AS t WHERE %s AND (%s))', target.schema_name, target.table_name, about, refers.condition)
      INTO found USING ARRAY[subject];
      IF found THEN
        RETURN format('%s rows are left, and rows of other tables refer to them: by a foreign key, or a path of the policy', every);
      END IF;
    END IF;
    RETURN format('%s rows are left: locked by %s', every, sminion.table_holders(format('%I.%I', target.schema_name, target.table_name)));
  END IF;
  IF target.depth > 0 THEN
    EXECUTE format('SELECT EXISTS (SELECT FROM %I.%I AS t WHERE %s AND EXISTS (SELECT FROM %I.%I AS c WHERE c.%I = t.%I))',
      target.parent_schema, target.parent_table,
      format(CASE target.prefixes[1] WHEN '' THEN 't.%1$I = ANY ($1::text[]::%2$s[])'
        ELSE 't.%1$I = ANY (sminion.keys_of_kind($1::text[], %3$L)::%2$s[])' END,
        target.parent_subject, target.key_types[1], target.prefixes[1]),
      target.schema_name, target.table_name, target.child_column, target.parent_key)
    INTO found USING ARRAY[subject];
    IF found THEN
      RETURN 'rows that came before their parent do not have their subject yet: `sminion.settle` finds it';
    END IF;
  END IF;
  -- Somebody may have written who did not see that the state was made.
  PERFORM sminion.grow_states(1000);
  IF EXISTS (SELECT FROM sminion.young_state y WHERE y.subject = rows_left.subject) THEN
    RETURN 'locked: rows of new persons, by ' || sminion.new_writers();
  END IF;
  RETURN NULL;
END
$sminion$;

-- functions/destruction/destruction_plan.sql
-- What destroying the data of a person would do: all protected tables whose rows have subjects of its kind, children before their parents.
--
-- rows:      NULL where they were not counted: no index leads to them, and the table is estimated to have more than 100,000 rows.
-- stays:     why rows stay: a hold, or the rule for rows about several people.
-- hindrance: why the table cannot be destroyed as it is.
CREATE FUNCTION sminion.destruction_plan(
  subject text, slow boolean, OUT place integer, OUT schema_name text, OUT table_name text, OUT way text, OUT shared text,
  OUT rows bigint, OUT about_others bigint, OUT indexed boolean, OUT hold bigint, OUT stays text, OUT hindrance text
) RETURNS SETOF record
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $sminion$
DECLARE
  key    CONSTANT text := destruction_plan.subject;
  target sminion.protected_table;
  said   jsonb;
  others record;
  stuck  bigint;
BEGIN
  place := 0;
  FOR target IN
    -- Who refers to others comes before them: by paths, and by foreign keys.
    WITH RECURSIVE known AS (
      SELECT p.schema_name, p.table_name, p.depth, to_regclass(format('%I.%I', p.schema_name, p.table_name))::oid AS oid
      FROM sminion.protected_table p
      WHERE EXISTS (SELECT FROM unnest(p.prefixes) AS k (prefix) WHERE starts_with(key, k.prefix))
    ), chain AS (
      SELECT k.oid, 0 AS steps FROM known k
      UNION
      SELECT c.conrelid, h.steps + 1 FROM chain h JOIN pg_constraint c ON c.contype = 'f' AND c.confrelid = h.oid AND c.conrelid <> h.oid
      WHERE h.steps < 30 AND c.conrelid IN (SELECT k.oid FROM known k)
    )
    SELECT p.* FROM sminion.protected_table p JOIN known k USING (schema_name, table_name)
    LEFT JOIN (SELECT h.oid, max(h.steps) AS steps FROM chain h GROUP BY h.oid) f ON f.oid = k.oid
    ORDER BY greatest(coalesce(f.steps, 0), p.depth) DESC, p.schema_name COLLATE "C", p.table_name COLLATE "C"
  LOOP
    place := place + 1;
    schema_name := target.schema_name;
    table_name := target.table_name;
    said := (SELECT v.document #> ARRAY['schemas', target.schema_name, 'tables', target.table_name]
             FROM sminion.policy p JOIN sminion.policy_version v ON v.epoch = p.epoch);
    way := CASE said #>> '{retention,then}' WHEN 'depersonalize' THEN 'depersonalize' ELSE 'destroy' END;
    shared := coalesce(said ->> 'shared', 'last');
    hold := sminion.hold_of(key, target.schema_name, target.table_name);
    stays := (
      SELECT format('held: %s (%s)%s', h.reason, h.basis, ' until ' || (h.until AT TIME ZONE 'UTC')::date)
      FROM sminion.hold h WHERE h.id = destruction_plan.hold AND h.until IS NOT NULL
      UNION ALL SELECT format('held: %s (%s)', h.reason, h.basis) FROM sminion.hold h WHERE h.id = destruction_plan.hold AND h.until IS NULL);
    indexed := sminion.quickly_found(target);
    rows := NULL;
    about_others := NULL;
    hindrance := sminion.destruction_hindrance(target, way);
    others := sminion.rows_about_others(target);
    IF (hindrance IS NULL OR sminion.report_hindrance(target, hindrance) IS NULL)
      AND sminion.foreign_code(target, false) IS NULL AND (indexed OR slow OR NOT sminion.large(target))
    THEN
      EXECUTE format('SELECT count(*), count(*) FILTER (WHERE %1$s), count(*) FILTER (WHERE (%1$s) AND (%2$s)) FROM %3$I.%4$I AS t WHERE %5$s',
                     others.condition, others.stuck, target.schema_name, target.table_name, sminion.subject_rows(target))
      INTO rows, about_others, stuck USING ARRAY[key];
      IF stuck > 0 AND shared <> 'first' THEN
        hindrance := coalesce(hindrance, format(
          '%s rows name other people too, and column `%s` must name somebody: mark it with `?` in the policy, or say `shared = "first"`',
          stuck, others.fixed));
      ELSIF about_others > 0 AND shared <> 'first' THEN
        stays := coalesce(stays, format('%s rows stay without the person: they are about others too', about_others));
      ELSIF shared = 'unlink' AND rows > 0 THEN
        stays := coalesce(stays, 'the rows stay without the person');
      END IF;
    END IF;
    RETURN NEXT;
  END LOOP;
END
$sminion$;

-- functions/destruction/review_destruction.sql
-- Brings the tables of a destruction up to date: holds that came or ended, and tables that the policy has had since.
CREATE FUNCTION sminion.review_destruction(own sminion.destruction) RETURNS void
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
BEGIN
  -- Asked only where anything was ever held: it looks through the tables of the policy for each table.
  IF EXISTS (SELECT FROM sminion.hold h WHERE h.subject = own.subject) THEN
    UPDATE sminion.destruction_table t
    SET hold = h.hold, state = CASE WHEN h.hold IS NULL THEN 'waiting' ELSE 'held' END, cause = NULL, done_at = NULL
    FROM (SELECT s.schema_name, s.table_name, sminion.hold_of(own.subject, s.schema_name, s.table_name) AS hold
          FROM sminion.destruction_table s WHERE s.destruction = own.id AND s.state <> 'done') h
    WHERE t.destruction = own.id AND t.schema_name = h.schema_name AND t.table_name = h.table_name AND t.hold IS DISTINCT FROM h.hold;
  END IF;
  IF own.epoch <> (SELECT p.epoch FROM sminion.policy p) THEN
    INSERT INTO sminion.destruction_table AS t (destruction, schema_name, table_name, place, way, shared)
    SELECT own.id, p.schema_name, p.table_name, p.place, p.way, p.shared FROM sminion.destruction_plan(own.subject, false) p
    ON CONFLICT (destruction, schema_name, table_name) DO UPDATE SET place = excluded.place, way = excluded.way, shared = excluded.shared;
    UPDATE sminion.destruction d SET epoch = p.epoch FROM sminion.policy p WHERE d.id = own.id;
  END IF;
END
$sminion$;

-- functions/destruction/complete_destruction.sql
-- Ends a destruction of which nothing waits: looks once more at all tables that are done, and records what was done. A table in which
-- rows are seen waits again.
CREATE FUNCTION sminion.complete_destruction(own sminion.destruction) RETURNS void
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  step   sminion.destruction_table;
  target sminion.protected_table;
  cause  text;
  again  boolean := false;
  tables jsonb;
BEGIN
  FOR step IN SELECT t.* FROM sminion.destruction_table t WHERE t.destruction = own.id AND t.state = 'done' LOOP
    SELECT p.* INTO target FROM sminion.protected_table p WHERE p.schema_name = step.schema_name AND p.table_name = step.table_name;
    IF FOUND THEN
      cause := coalesce(sminion.destruction_hindrance(target, step.way), sminion.rows_left(target, step.way, step.shared, own.subject));
    ELSIF to_regclass(format('%I.%I', step.schema_name, step.table_name)) IS NOT NULL THEN
      -- Nothing keeps rows of the person out of it any more, and nothing tells which they are.
      cause := 'the policy in force does not have the table any more';
    ELSE
      cause := NULL;
    END IF;
    IF cause IS NOT NULL THEN
      again := true;
      UPDATE sminion.destruction_table t SET state = 'waiting', cause = complete_destruction.cause, done_at = NULL
      WHERE t.destruction = own.id AND t.schema_name = step.schema_name AND t.table_name = step.table_name;
    END IF;
  END LOOP;
  IF again THEN
    UPDATE sminion.destruction d SET pass = d.pass + 1 WHERE d.id = own.id;
    RETURN;
  END IF;
  SELECT coalesce(jsonb_agg(jsonb_build_object(
           'table', t.schema_name || '.' || t.table_name, 'state', t.state, 'way', t.way, 'destroyed', t.destroyed,
           'depersonalized', t.depersonalized, 'unlinked', t.unlinked, 'hold', t.hold) ORDER BY t.place), '[]') INTO tables
  FROM sminion.destruction_table t
  WHERE t.destruction = own.id AND (t.state = 'held' OR t.destroyed + t.depersonalized + t.unlinked > 0);
  -- Long lists are hashed: a leaf of the log has a limit.
  PERFORM sminion.record_request_event(own.request, 'destroyed', jsonb_build_object(
    'destruction', own.id, 'plan', encode(own.plan_sha256, 'hex'), 'commitment', encode(own.commitment, 'hex'),
    'held', EXISTS (SELECT FROM sminion.destruction_table t WHERE t.destruction = own.id AND t.state = 'held'),
    'tables', CASE WHEN octet_length(tables::text) <= 16000 THEN tables
      ELSE to_jsonb(encode(sha256(convert_to(tables::text, 'UTF8')), 'hex')) END), own.reason, own.actor);
  UPDATE sminion.destruction d SET completed_at = clock_timestamp() WHERE d.id = own.id;
END
$sminion$;

-- functions/destruction/destroy_step.sql
-- One batch of a destruction, whose row of the ledger the caller holds locked: the next table that waits, and as many rows of it as take about
-- `milliseconds`. What stops a table is kept as its cause, and does not stop the others; each is tried once in a pass.
--
-- state: `working`, `stuck` where a pass has ended and tables still wait, `done` where nothing is left but what is held.
--
-- That a DELETE was done is never believed: a table is done when no row of the person is seen in it, nobody can have written one who did
-- not know of the erasure, and the guard is blind for none.
CREATE FUNCTION sminion.destroy_step(
  own sminion.destruction, milliseconds integer, OUT state text, OUT schema_name text, OUT table_name text, OUT rows bigint, OUT cause text
)
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
SET row_security = on
SET jit = off
AS $sminion$
#variable_conflict use_column
DECLARE
  step    sminion.destruction_table;
  target  sminion.protected_table;
  nothing sminion.pending_change;
  done    record;
  began   timestamptz;
  took    interval;
  size    integer;
BEGIN
  state := 'working';
  rows := 0;
  -- Nothing goes before nobody can write any more.
  IF NOT coalesce((SELECT s.erased FROM sminion.subject_state s WHERE s.subject = own.subject), false) THEN
    IF sminion.lock_state(own.subject, '200ms') THEN
      PERFORM sminion.apply_changes(own.subject, nothing);
    END IF;
    IF NOT coalesce((SELECT s.erased FROM sminion.subject_state s WHERE s.subject = own.subject), false) THEN
      state := 'stuck';
      cause := format('locked: the state of the person, by %s', sminion.state_holders(own.subject));
      UPDATE sminion.destruction d SET retry_at = clock_timestamp() + interval '1 minute' WHERE d.id = own.id;
      RETURN;
    END IF;
  END IF;
  PERFORM sminion.review_destruction(own);

  SELECT t.* INTO step FROM sminion.destruction_table t
  WHERE t.destruction = own.id AND t.state = 'waiting' AND t.tried < own.pass
  ORDER BY t.place, t.schema_name, t.table_name LIMIT 1;
  IF NOT FOUND THEN
    IF EXISTS (SELECT FROM sminion.destruction_table t WHERE t.destruction = own.id AND t.state = 'waiting') THEN
      state := 'stuck';
      UPDATE sminion.destruction d SET pass = d.pass + 1, retry_at = clock_timestamp() + interval '1 minute' WHERE d.id = own.id;
    ELSE
      state := 'done';
      PERFORM sminion.complete_destruction(own);
    END IF;
    RETURN;
  END IF;

  schema_name := step.schema_name;
  table_name := step.table_name;
  SELECT p.* INTO target FROM sminion.protected_table p WHERE p.schema_name = step.schema_name AND p.table_name = step.table_name;
  size := step.batch_rows;
  began := clock_timestamp();
  BEGIN
    IF target.table_name IS NULL AND to_regclass(format('%I.%I', step.schema_name, step.table_name)) IS NOT NULL THEN
      RAISE EXCEPTION USING ERRCODE = 'SG561', MESSAGE = 'the policy in force does not have the table any more';
    ELSIF target.table_name IS NOT NULL THEN
      -- Keeps others from adding code to it: see sminion.foreign_code.
      EXECUTE format('LOCK TABLE %I.%I IN ROW EXCLUSIVE MODE', target.schema_name, target.table_name);
      cause := sminion.destruction_hindrance(target, step.way);
      IF cause IS NULL THEN
        UPDATE sminion.destruction d SET batch = pg_current_xact_id() WHERE d.id = own.id;
        done := sminion.destroy_rows(target, step.way, step.shared, own.subject, size);
        UPDATE sminion.destruction d SET batch = NULL WHERE d.id = own.id;
        -- What needed a weaker lock, and came in between, is undone.
        cause := coalesce(sminion.foreign_code(target, true), (sminion.references_to(target, step.way, true)).unreadable);
        IF cause IS NOT NULL AND sminion.destruction_hindrance(target, step.way) IS NOT NULL THEN
          RAISE EXCEPTION USING ERRCODE = 'SG561', MESSAGE = cause;
        END IF;
        cause := NULL;
        rows := done.destroyed + done.depersonalized + done.unlinked;
        IF rows = 0 THEN
          cause := sminion.rows_left(target, step.way, step.shared, own.subject);
        END IF;
      END IF;
    END IF;
  EXCEPTION
  WHEN lock_not_available THEN
    rows := 0;
    cause := format('locked: by %s', sminion.table_holders(format('%I.%I', step.schema_name, step.table_name)));
    size := NULL;
  WHEN OTHERS THEN
    rows := 0;
    cause := format('%s (%s)', sminion.log_text(SQLERRM, 400), SQLSTATE);
  END;
  took := clock_timestamp() - began;

  IF rows > 0 THEN
    UPDATE sminion.destruction_table t
    SET destroyed = t.destroyed + done.destroyed, depersonalized = t.depersonalized + done.depersonalized,
        unlinked = t.unlinked + done.unlinked, batches = t.batches + 1, longest = greatest(t.longest, took), cause = NULL,
        -- Less than half of the time is aimed at, since the next rows may be slower. What is asked before takes its time too, but locks no row:
        -- with it, a batch would be of one row on a busy server.
        batch_rows = greatest(1, least(20000, 2 * size,
          (size * greatest(milliseconds, 1) / 2500.0 / greatest(extract(epoch FROM done.work), 0.0001))::bigint))
    WHERE t.destruction = own.id AND t.schema_name = step.schema_name AND t.table_name = step.table_name;
  ELSIF cause IS NULL THEN
    UPDATE sminion.destruction_table t SET state = 'done', done_at = clock_timestamp(), cause = NULL
    WHERE t.destruction = own.id AND t.schema_name = step.schema_name AND t.table_name = step.table_name;
  ELSE
    -- One row may refuse: the others go in smaller batches.
    UPDATE sminion.destruction_table t
    SET cause = destroy_step.cause, batch_rows = CASE WHEN done IS NULL AND size > 1 THEN size / 2 ELSE t.batch_rows END,
        tried = CASE WHEN done IS NULL AND size > 1 THEN t.tried ELSE own.pass END
    WHERE t.destruction = own.id AND t.schema_name = step.schema_name AND t.table_name = step.table_name;
  END IF;
END
$sminion$;

-- functions/destruction/destruction_request.sql
-- The open request `destroy` whose person's data may be destroyed now, locked.
CREATE FUNCTION sminion.destruction_request(request bigint) RETURNS sminion.request
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  row_of sminion.request := sminion.open_request_row(destruction_request.request);
BEGIN
  IF row_of.kind <> 'destroy' OR row_of.subject IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'SG522',
      MESSAGE = format('request %s does not ask that data of a person are destroyed', row_of.id),
      HINT = 'Pass the number of an open request `destroy`; record one with `sminion.open_request`.';
  ELSIF NOT row_of.identified AND row_of.trigger = 'request' THEN
    RAISE EXCEPTION USING ERRCODE = 'SG525',
      MESSAGE = format('request %s cannot be granted: nobody has checked who asks', row_of.id),
      HINT = format('Check the identity, and record how: `sminion.identify_request(%s, ...)`.', row_of.id);
  ELSIF (SELECT p.completed_at IS NULL FROM sminion.policy p) THEN
    RAISE EXCEPTION USING ERRCODE = 'SG560',
      MESSAGE = 'a change of the policy is not finished, and rows could be missed',
      HINT = 'Wait until `sminion-guard apply` has ended; where it was interrupted, run it again.';
  END IF;
  RETURN row_of;
END
$sminion$;

-- functions/destruction/plan_destruction.sql
-- What destroying the data of the person of a request would do, and nothing is done. See sminion.destruction_plan.
CREATE FUNCTION sminion.plan_destruction(
  request bigint, slow boolean DEFAULT false, OUT place integer, OUT schema_name text, OUT table_name text, OUT way text, OUT shared text,
  OUT rows bigint, OUT about_others bigint, OUT indexed boolean, OUT hold bigint, OUT stays text, OUT hindrance text
) RETURNS SETOF record
LANGUAGE sql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
  SELECT p.* FROM sminion.destruction_request(plan_destruction.request) r CROSS JOIN LATERAL sminion.destruction_plan(r.subject, slow) p
$sminion$;
COMMENT ON FUNCTION sminion.plan_destruction(bigint, boolean) IS 'what destroying the data of the person of a request would do';

-- functions/destruction/begin_destruction.sql
-- Begins to destroy all data of the person of a request `destroy`: writes it down, with the plan, and refuses all writing of the person's data from now
-- on. Commit, then call sminion.destroy_batch with the number that this returns until nothing is left. Called again, for a request
-- whose destruction has begun, it returns the same number, and what was stuck is tried again.
--
-- slow: also tables of more than 100,000 rows in which no index leads to the person's rows: each is read as a whole, several times.
CREATE FUNCTION sminion.begin_destruction(request bigint, reason text, slow boolean DEFAULT false, actor text DEFAULT NULL) RETURNS bigint
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET lock_timeout = '5s'
AS $sminion$
DECLARE
  why    CONSTANT text := sminion.require_reason(begin_destruction.reason);
  who    CONSTANT text := sminion.require_actor(begin_destruction.actor);
  row_of sminion.request;
  kind   text;
  own    sminion.destruction;
  whole  jsonb;
  blocked text;
BEGIN
  SELECT d.* INTO own FROM sminion.destruction d WHERE d.request = begin_destruction.request FOR UPDATE;
  IF FOUND THEN
    UPDATE sminion.destruction d SET retry_at = clock_timestamp() WHERE d.id = own.id;
    RETURN own.id;
  END IF;
  row_of := sminion.destruction_request(begin_destruction.request);
  SELECT jsonb_agg(to_jsonb(p) ORDER BY p.place) INTO whole FROM sminion.destruction_plan(row_of.subject, slow) p;
  SELECT string_agg(format('`%s.%s`', t ->> 'schema_name', t ->> 'table_name'), ', ') INTO blocked
  FROM jsonb_array_elements(whole) t WHERE NOT slow AND t ->> 'rows' IS NULL AND NOT (t ->> 'indexed')::boolean;
  IF blocked IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'SG562',
      MESSAGE = 'no index leads to the person''s rows in a large table',
      DETAIL = format('Without an index on the subject column all rows are read for each batch: %s.', blocked),
      HINT = 'Make an index on the subject column, or pass `slow => true`.';
  END IF;
  -- A commit that a crash takes back would leave rows destroyed and nothing on record.
  IF current_setting('synchronous_commit') = 'off' THEN
    PERFORM set_config('synchronous_commit', 'on', true);
  END IF;
  INSERT INTO sminion.salt (holder) VALUES ('subject:' || row_of.subject) ON CONFLICT DO NOTHING;
  own.id := nextval(pg_get_serial_sequence('sminion.destruction', 'id'));
  own.plan_sha256 := sha256(convert_to(whole::text, 'UTF8'));
  INSERT INTO sminion.destruction (id, request, subject, commitment, plan, plan_sha256, reason, actor, epoch)
  OVERRIDING SYSTEM VALUE
  SELECT own.id, row_of.id, row_of.subject,
         sha256(sha256(z.salt || int8send(own.id) || convert_to('destruction', 'UTF8')) || convert_to(row_of.subject, 'UTF8')),
         whole, own.plan_sha256, why, who, p.epoch
  FROM sminion.policy p, sminion.salt z WHERE z.holder = 'subject:' || row_of.subject
  RETURNING * INTO STRICT own;
  INSERT INTO sminion.destruction_table (destruction, schema_name, table_name, place, way, shared, planned, state, hold)
  SELECT own.id, t ->> 'schema_name', t ->> 'table_name', (t ->> 'place')::integer, t ->> 'way', t ->> 'shared', (t ->> 'rows')::bigint,
         CASE WHEN t ->> 'hold' IS NULL THEN 'waiting' ELSE 'held' END, (t ->> 'hold')::bigint
  FROM jsonb_array_elements(whole) t;
  PERFORM sminion.record_request_event(row_of.id, 'destruction_begun', jsonb_build_object(
    'destruction', own.id, 'plan', encode(own.plan_sha256, 'hex'), 'commitment', encode(own.commitment, 'hex'),
    'rows', (SELECT sum((t ->> 'rows')::bigint) FROM jsonb_array_elements(whole) t),
    'holds', (SELECT count(DISTINCT t ->> 'hold') FROM jsonb_array_elements(whole) t)), why, who);
  kind := CASE WHEN (SELECT p.subject_keys ? '' FROM sminion.policy p) THEN NULL ELSE split_part(row_of.subject, ':', 1) END;
  PERFORM sminion.change_state(
    CASE WHEN kind IS NULL THEN row_of.subject ELSE substr(row_of.subject, length(kind) + 2) END, 'erase', NULL, why, who, kind, row_of.id);
  RETURN own.id;
END
$sminion$;
COMMENT ON FUNCTION sminion.begin_destruction(bigint, text, boolean, text) IS
  'begins to destroy the data of the person of a request; the number of the destruction';

-- functions/destruction/destroy_batch.sql
-- Destroys the next batch of a destruction, in a transaction of its own; repeat it until `state` is `done`, or `stuck` although nothing
-- locks the rows that `sminion.destruction_status` names. It may end at any point, with its client or with the server: the next call
-- goes on, and so does sminion.maintain.
CREATE FUNCTION sminion.destroy_batch(
  destruction bigint, milliseconds integer DEFAULT 200, OUT state text, OUT schema_name text, OUT table_name text, OUT rows bigint,
  OUT cause text
)
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET lock_timeout = '200ms'
AS $sminion$
DECLARE
  own  sminion.destruction;
  done record;
BEGIN
  PERFORM sminion.require_read_committed();
  BEGIN
    SELECT d.* INTO own FROM sminion.destruction d WHERE d.id = destroy_batch.destruction FOR UPDATE;
  EXCEPTION WHEN lock_not_available THEN
    state := 'stuck';
    cause := 'locked: another session destroys it';
    RETURN;
  END;
  -- What is visible was committed by another transaction, or written by this one: here a rollback would leave no trace.
  IF own.id IS NULL OR own.transaction = pg_current_xact_id() THEN
    RAISE EXCEPTION USING ERRCODE = 'SG563',
      MESSAGE = format('destruction %s is not on record', coalesce(destroy_batch.destruction::text, 'NULL')),
      DETAIL = 'Rows are destroyed in transactions after the one that writes down what will be.',
      HINT = 'Call `sminion.begin_destruction`, and commit.';
  ELSIF own.completed_at IS NOT NULL OR own.subject IS NULL THEN
    state := 'done';
    rows := 0;
    RETURN;
  END IF;
  done := sminion.destroy_step(own, milliseconds);
  state := done.state;
  schema_name := done.schema_name;
  table_name := done.table_name;
  rows := done.rows;
  cause := done.cause;
  -- A last look may have found rows.
  IF state = 'done' AND EXISTS (SELECT FROM sminion.destruction d WHERE d.id = own.id AND d.completed_at IS NULL) THEN
    state := 'working';
  END IF;
END
$sminion$;
COMMENT ON FUNCTION sminion.destroy_batch(bigint, integer) IS 'destroys the next rows of a destruction; repeat it until `done`';

-- functions/destruction/continue_destructions.sql
-- A batch of the destruction that waits longest: one that was interrupted or stuck, or of which a hold has ended. True where more is to be done.
CREATE FUNCTION sminion.continue_destructions() RETURNS boolean
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  own  sminion.destruction;
  over text[];
  done record;
BEGIN
  WITH ended AS (
    UPDATE sminion.hold h SET ended = true
    WHERE h.id IN (SELECT o.id FROM sminion.hold o WHERE NOT o.ended AND (o.released_at IS NOT NULL OR o.until <= clock_timestamp())
                   LIMIT 1000 FOR UPDATE SKIP LOCKED)
    RETURNING h.subject
  )
  SELECT array_agg(DISTINCT e.subject) INTO over FROM ended e;
  UPDATE sminion.destruction d SET completed_at = NULL, retry_at = clock_timestamp()
  WHERE d.subject = ANY (over) AND EXISTS (SELECT FROM sminion.destruction_table t WHERE t.destruction = d.id AND t.state = 'held');

  SELECT d.* INTO own FROM sminion.destruction d
  WHERE d.completed_at IS NULL AND d.subject IS NOT NULL AND d.retry_at <= clock_timestamp()
  ORDER BY d.retry_at LIMIT 1 FOR UPDATE SKIP LOCKED;
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  done := sminion.destroy_step(own, 200);
  RETURN done.state = 'working';
END
$sminion$;

-- functions/retention/retention_target.sql
-- The table of a rule as the functions of masks and destruction take it. One whose rows are about nobody has no subject columns.
CREATE FUNCTION sminion.retention_target(own sminion.retention_rule) RETURNS sminion.protected_table
LANGUAGE plpgsql
STABLE
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  target sminion.protected_table;
BEGIN
  SELECT p.* INTO target FROM sminion.protected_table p WHERE (p.schema_name, p.table_name) = (own.schema_name, own.table_name);
  IF NOT FOUND THEN
    RETURN sminion.table_alone(own.schema_name, own.table_name);
  END IF;
  RETURN target;
END
$sminion$;

-- functions/retention/expired_rows.sql
-- The condition, over alias `t`, for rows that are past their retention: those that the floor of each purpose hides (see
-- sminion.within_retention), by the moment of the statement too. In a form that an index on the column answers.
CREATE FUNCTION sminion.expired_rows(own sminion.retention_rule) RETURNS text
LANGUAGE sql
STABLE
SET search_path = pg_catalog, pg_temp
AS $sminion$
  SELECT format(CASE a.atttypid WHEN 'timestamptz'::regtype
      THEN '(t.%1$I <= timezone(%3$L, timezone(%3$L, statement_timestamp()) - %2$L::interval))'
      ELSE '(t.%1$I <= timezone(%3$L, statement_timestamp()) - %2$L::interval)' END,
    own.after_column, own.keep, own.zone)
  FROM pg_attribute a
  WHERE a.attrelid = to_regclass(format('%I.%I', own.schema_name, own.table_name)) AND a.attname = own.after_column AND NOT a.attisdropped
    AND a.atttypid = ANY (ARRAY['timestamptz', 'timestamp', 'date']::regtype[])
$sminion$;

-- functions/retention/retention_end.sql
-- When a row stops to be kept, by the clock of the policy's time zone: the first moment `t` for which `t - keep` is not before `at`. That is
-- `at + keep`, but where a month is too short: a month after 31 January is 1 March, for until then a month before is January.
CREATE FUNCTION sminion.retention_end(at timestamp, keep interval) RETURNS timestamp
LANGUAGE sql
IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $sminion$
  SELECT CASE WHEN NOT isfinite(at) OR at > '290000-01-01' THEN CASE WHEN at > '2000-01-01' THEN 'infinity' ELSE at END
    WHEN e.plain - p.months < e.base THEN date_trunc('month', e.plain) + interval '1 month' ELSE e.plain END
  FROM (SELECT make_interval(years => extract(year FROM keep)::integer, months => extract(month FROM keep)::integer) AS months,
               make_interval(days => extract(day FROM keep)::integer, secs => extract(epoch FROM keep - date_trunc('day', keep))) AS rest) p
  CROSS JOIN LATERAL (SELECT v.at + p.rest AS base, v.at + p.rest + p.months AS plain FROM (
    -- Later ones are out of range, and the planner may compute this first.
    SELECT CASE WHEN at < '290000-01-01' THEN at END) AS v (at)) e
$sminion$;

-- functions/retention/held_people.sql
-- The keys of people whose rows of a table a hold keeps: of each hold, all keys of the person.
CREATE FUNCTION sminion.held_people(target sminion.protected_table) RETURNS text[]
LANGUAGE sql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
  SELECT coalesce(array_agg(DISTINCT k.key), '{}')
  FROM (SELECT DISTINCT h.subject FROM sminion.hold h
        WHERE h.subject IS NOT NULL AND h.released_at IS NULL AND (h.until IS NULL OR h.until > clock_timestamp())) o
  CROSS JOIN LATERAL unnest(sminion.same_person(o.subject)) AS k (key)
  WHERE cardinality(target.subject_columns) > 0 AND sminion.hold_of(o.subject, target.schema_name, target.table_name) IS NOT NULL
$sminion$;

-- functions/retention/kept_rows.sql
-- The condition, over alias `t`, for expired rows that stay: those of people in parameter $1, whose data of the table are held (see
-- sminion.held_people), those of people who are blocked, since what is blocked is stored and nothing else is done to it, and those that a destruction
-- takes itself. False where rows are about nobody.
CREATE FUNCTION sminion.kept_rows(target sminion.protected_table) RETURNS text
LANGUAGE sql
STABLE
SET search_path = pg_catalog, pg_temp
AS $sminion$
  SELECT coalesce(sminion.subject_rows(target) || ' OR ' || string_agg(format(
    'EXISTS (SELECT FROM sminion.subject_state s WHERE s.subject = %1$s AND (s.blocked OR s.others_blocked OR s.erased'
    ' OR sminion.blocked_in(s.blocked_schemas, s.others_blocked_schemas, %2$L))) OR '
    'EXISTS (SELECT FROM sminion.pending_change p WHERE p.subject = %1$s)',
    CASE c.prefix WHEN '' THEN format('t.%I::text', c.name) ELSE format('(%L || t.%I::text)', c.prefix, c.name) END, target.schema_name), ' OR '), 'false')
  FROM unnest(target.subject_columns, target.prefixes) AS c (name, prefix)
$sminion$;

-- functions/retention/retention_hindrance.sql
-- Why expired rows of a table cannot be purged at all: rows could be missed, code of the application would run with the rights of the guard,
-- or it would not be seen that others lead to them. NULL where they can.
CREATE FUNCTION sminion.retention_hindrance(own sminion.retention_rule, target sminion.protected_table) RETURNS text
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  relation CONSTANT regclass := to_regclass(format('%I.%I', target.schema_name, target.table_name));
BEGIN
  IF relation IS NULL THEN
    RETURN 'the table does not exist';
  ELSIF sminion.expired_rows(own) IS NULL THEN
    RETURN format('column `%s` is missing, or no date or time', own.after_column);
  ELSIF NOT (has_column_privilege('sminion_owner', relation, own.after_column, 'SELECT') AND has_table_privilege('sminion_owner', relation, 'DELETE'))
  THEN
    RETURN 'sminion_owner lacks privileges on it: run `sminion-guard apply`';
  END IF;
  RETURN sminion.destruction_hindrance(target, own.way, false);
END
$sminion$;

-- functions/retention/expired_found.sql
-- Whether expired rows of a table are found without reading all of it: an index begins with the column, or the table is small.
CREATE FUNCTION sminion.expired_found(own sminion.retention_rule) RETURNS boolean
LANGUAGE sql
STABLE
SET search_path = pg_catalog, pg_temp
AS $sminion$
  SELECT NOT sminion.large(sminion.retention_target(own)) OR EXISTS (
    SELECT FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_am m ON m.oid = c.relam
    JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
    WHERE i.indrelid = to_regclass(format('%I.%I', own.schema_name, own.table_name)) AND i.indisvalid AND i.indpred IS NULL
      AND m.amname = 'btree' AND a.attname = own.after_column)
$sminion$;

-- functions/retention/expired_left.sql
-- Expired rows of a table that still stand, and how many of them stay for a reason: `kept`, of people who are blocked or whose data are held, and
-- `used`, that others lead to. And the first moment in the column, of a row that has expired and of one that has not. At most 100,000 rows are looked
-- at for `kept` and `used`.
CREATE FUNCTION sminion.expired_left(
  own sminion.retention_rule, target sminion.protected_table, OUT expired bigint, OUT kept bigint, OUT used bigint, OUT oldest timestamptz,
  OUT next timestamptz
)
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $sminion$
DECLARE
  relation CONSTANT text := format('%I.%I', target.schema_name, target.table_name);
  past     CONSTANT text := sminion.expired_rows(own);
  -- At the ends of time neither zone nor interval can be added.
  about    CONSTANT text := format(
    'CASE WHEN min(t.%1$I) IS NOT NULL THEN least(greatest(min(t.%1$I), ''0001-01-02''), ''200000-01-01'') END AS about', own.after_column);
  -- The moment in the zone of the rule, whatever the type of the column.
  ends     CONSTANT text := format('timezone(%L, sminion.retention_end(%s, %L::interval))', own.zone,
    CASE WHEN EXISTS (
      SELECT FROM pg_attribute a WHERE a.attrelid = to_regclass(relation) AND a.attname = own.after_column AND a.atttypid = 'timestamptz'::regtype)
    THEN format('timezone(%L, q.about)', own.zone) ELSE 'q.about::timestamp' END, own.keep);
BEGIN
  EXECUTE format('SELECT q.expired, %s FROM (SELECT count(*) AS expired, %s FROM %s AS t WHERE %s) q', ends, about, relation, past)
  INTO expired, oldest;
  EXECUTE format('SELECT %s FROM (SELECT %s FROM %s AS t WHERE NOT %s) q', ends, about, relation, past) INTO next;
  EXECUTE format('SELECT count(*) FILTER (WHERE q.kept), count(*) FILTER (WHERE q.used AND NOT q.kept) FROM ('
                 || 'SELECT (%s) IS TRUE AS kept, (%s) IS TRUE AS used FROM %s AS t WHERE %s LIMIT 100000) q',
                 sminion.kept_rows(target), (sminion.references_to(target, own.way, false)).condition, relation, past)
  INTO kept, used USING sminion.held_people(target);
END
$sminion$;

-- functions/retention/lock_subjects_of.sql
-- Locks the states of the people of rows against changes until the transaction ends: what a later statement reads of them stands.
CREATE FUNCTION sminion.lock_subjects_of(target sminion.protected_table, parts oid[], places tid[]) RETURNS void
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $sminion$
DECLARE
  named CONSTANT text := (
    SELECT string_agg(CASE c.prefix WHEN '' THEN format('t.%I::text', c.name) ELSE format('(%L || t.%I::text)', c.prefix, c.name) END, ', ')
    FROM unnest(target.subject_columns, target.prefixes) AS c (name, prefix));
BEGIN
  EXECUTE format('SELECT FROM sminion.subject_state s WHERE s.subject = ANY (ARRAY('
                 || 'SELECT unnest(ARRAY[%s]) FROM %I.%I AS t JOIN unnest($1, $2) AS o (part, place) ON t.ctid = o.place AND t.tableoid = o.part)) '
                 || 'ORDER BY s.subject FOR SHARE', named, target.schema_name, target.table_name)
  USING parts, places;
END
$sminion$;

-- functions/retention/purge_rows.sql
-- Deletes, or depersonalizes, a batch of expired rows of one table: at most `most`, none that somebody has locked, that is kept (sminion.kept_rows) or that
-- others lead to. Raises where PostgreSQL refuses.
--
-- The caller has the table locked and has asked sminion.retention_hindrance. Triggers of the application do not fire: see
-- sminion.destroy_rows. The rows are locked first, so nobody begins to refer to them.
CREATE FUNCTION sminion.purge_rows(own sminion.retention_rule, target sminion.protected_table, most integer, OUT purged bigint, OUT work interval)
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
SET jit = off
SET constraint_exclusion = off
-- Said, so that what is set below ends with the function.
SET enable_seqscan = on
SET enable_bitmapscan = on
AS $sminion$
DECLARE
  relation CONSTANT text := format('%I.%I', target.schema_name, target.table_name);
  silent   CONSTANT boolean := (sminion.application_triggers(target, CASE own.way WHEN 'destroy' THEN 8 ELSE 16 END)).quiet IS NOT NULL;
  stays    CONSTANT text := format('(%s) AND ((%s) OR %s) IS NOT TRUE', sminion.expired_rows(own), sminion.kept_rows(target),
                                   (sminion.references_to(target, own.way, false)).condition);
  held     CONSTANT text[] := sminion.held_people(target);
  parts    oid[];
  places   tid[];
  before   text;
  began    timestamptz;
BEGIN
  purged := 0;
  -- From here on rows are locked: what was asked above takes the same time for any number of them.
  began := clock_timestamp();
  IF sminion.expired_found(own) THEN
    -- Each batch would read what the ones before left dead.
    PERFORM set_config('enable_seqscan', 'off', true), set_config('enable_bitmapscan', 'off', true);
  END IF;
  IF silent THEN
    before := sminion.begin_replica_role();
  ELSE
    -- The same for the guard's own trigger, without another role, whose change would take all plans of the session with it.
    PERFORM set_config('sminion.masks_set', '', true);
  END IF;
  EXECUTE format('SELECT array_agg(q.tableoid), array_agg(q.ctid) FROM (SELECT t.tableoid, t.ctid FROM %s AS t WHERE %s LIMIT $2 '
                 || 'FOR UPDATE OF t SKIP LOCKED) q', relation, stays)
  INTO parts, places USING held, most;
  IF places IS NOT NULL THEN
    -- A later snapshot than that of the locks: who refers to a row by now, or was blocked, is seen.
    IF own.way = 'depersonalize' THEN
      -- Unlike a DELETE, an UPDATE asks for nobody's state that is not named any more.
      PERFORM sminion.lock_subjects_of(target, parts, places);
      EXECUTE format('UPDATE %s AS t SET %s FROM unnest($2, $3) AS o (part, place) WHERE t.ctid = o.place AND t.tableoid = o.part AND %s', relation,
        (SELECT string_agg(format('%I = %s', c.name, c.value), ', ') FROM sminion.depersonalized_values(target) c), stays)
      USING held, parts, places;
    ELSE
      EXECUTE format('DELETE FROM %s AS t USING unnest($2, $3) AS o (part, place) WHERE t.ctid = o.place AND t.tableoid = o.part AND %s',
                     relation, stays)
      USING held, parts, places;
    END IF;
    GET DIAGNOSTICS purged = ROW_COUNT;
  END IF;
  IF silent THEN
    PERFORM sminion.end_replica_role(before);
  ELSE
    -- A deferred constraint would undo the batch at its commit, and nobody would know why.
    SET CONSTRAINTS ALL IMMEDIATE;
  END IF;
  work := clock_timestamp() - began;
END
$sminion$;

-- functions/retention/purge_step.sql
-- One batch of expired rows of one table, whose rule the caller holds locked: as many as take about `milliseconds`. What stops it is kept
-- as its cause. `state` is `working` where there may be more, `done` where nothing expired is left but what stays, `stuck` where
-- something is in the way.
--
-- That a DELETE was done is never believed: a table is done when no expired row is seen in it but those that are kept.
CREATE FUNCTION sminion.purge_step(
  own sminion.retention_rule, milliseconds integer, slow boolean, OUT state text, OUT rows bigint, OUT cause text
)
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
SET row_security = on
SET jit = off
AS $sminion$
#variable_conflict use_column
DECLARE
  target sminion.protected_table := sminion.retention_target(own);
  seen   record;
  began  timestamptz := clock_timestamp();
  done   record;
  work   interval;
  took   interval;
  size   integer := own.batch_rows;
BEGIN
  rows := 0;
  BEGIN
    IF to_regclass(format('%I.%I', own.schema_name, own.table_name)) IS NOT NULL THEN
      -- Keeps others from adding code to it: see sminion.foreign_code.
      EXECUTE format('LOCK TABLE %I.%I IN ROW EXCLUSIVE MODE', own.schema_name, own.table_name);
    END IF;
    cause := sminion.retention_hindrance(own, target);
    IF cause IS NULL AND NOT slow AND NOT sminion.expired_found(own) THEN
      cause := format('no index begins with `%s`, and all rows would be read for each batch: make one, or run '
                      || '`sminion-guard retention run --slow`', own.after_column);
    END IF;
    IF cause IS NULL THEN
      UPDATE sminion.retention_rule r SET batch = pg_current_xact_id() WHERE (r.schema_name, r.table_name) = (own.schema_name, own.table_name);
      done := sminion.purge_rows(own, target, size);
      rows := done.purged;
      work := done.work;
      UPDATE sminion.retention_rule r SET batch = NULL WHERE (r.schema_name, r.table_name) = (own.schema_name, own.table_name);
      -- What needed a weaker lock, and came in between, is undone.
      cause := coalesce(sminion.foreign_code(target, own.way = 'depersonalize'), (sminion.references_to(target, own.way, false)).unreadable);
      IF cause IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'SG570', MESSAGE = cause;
      END IF;
      IF rows = 0 THEN
        seen := sminion.expired_left(own, target);
        IF seen.used > 0 THEN
          cause := format('%s expired rows stay: rows of other tables lead to them', seen.used);
        ELSIF least(seen.expired, 100000) > seen.kept THEN
          cause := format('expired rows are left: locked by %s', sminion.table_holders(format('%I.%I', own.schema_name, own.table_name)));
        END IF;
      END IF;
    END IF;
  EXCEPTION
  WHEN lock_not_available THEN
    rows := 0;
    cause := format('locked: by %s', sminion.table_holders(format('%I.%I', own.schema_name, own.table_name)));
  WHEN OTHERS THEN
    -- One row may refuse: the others go in smaller batches.
    rows := 0;
    cause := format('%s (%s)', sminion.log_text(SQLERRM, 400), SQLSTATE);
    IF size > 1 THEN
      size := -size;
    END IF;
  END;
  took := clock_timestamp() - began;
  state := CASE WHEN rows > 0 OR size < 0 THEN 'working' WHEN cause IS NULL THEN 'done' ELSE 'stuck' END;
  UPDATE sminion.retention_rule r
  SET run_at = clock_timestamp(),
      -- A batch that follows at once is part of the same look.
      gap = CASE WHEN r.retry_at > r.run_at + interval '1 minute' THEN began - r.run_at ELSE r.gap END,
      cause = CASE WHEN rows > 0 THEN NULL ELSE purge_step.cause END,
      done_at = CASE state WHEN 'done' THEN clock_timestamp() ELSE r.done_at END,
      purged = r.purged + purge_step.rows, unrecorded = r.unrecorded + purge_step.rows,
      batches = r.batches + (purge_step.rows > 0)::integer, longest = CASE WHEN purge_step.rows > 0 THEN greatest(r.longest, took) ELSE r.longest END,
      batch_rows = CASE
        WHEN size < 0 THEN -size / 2
        -- Less than half of the time is aimed at, since the next rows may be slower. What is asked before takes its time too, but locks no
        -- row: with it, a batch would be of one row on a busy server.
        WHEN purge_step.rows > 0 THEN greatest(20, least(20000, 2 * size,
          (size * greatest(milliseconds, 1) / 2500.0 / greatest(extract(epoch FROM work), 0.0001))::bigint))
        ELSE r.batch_rows END,
      -- To look costs at most a thousandth of the time.
      retry_at = clock_timestamp() + CASE WHEN state = 'working' THEN interval '0' ELSE greatest(interval '5 minutes', least(1000 * took, interval '1 day')) END
  WHERE (r.schema_name, r.table_name) = (own.schema_name, own.table_name)
  RETURNING r.* INTO own;
  IF state <> 'working' THEN
    PERFORM sminion.record_purge(own);
  END IF;
END
$sminion$;

-- functions/retention/continue_retention.sql
-- A batch of expired rows for sminion.maintain: of the table that is due, children before their parents. True where more is to be done.
-- Nothing while a change of the policy is not finished, nor by a rule that has not been in force for a day.
CREATE FUNCTION sminion.continue_retention() RETURNS boolean
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  own  sminion.retention_rule;
  done record;
BEGIN
  IF NOT EXISTS (SELECT FROM sminion.policy p WHERE p.completed_at IS NOT NULL) THEN
    RETURN false;
  END IF;
  SELECT r.* INTO own FROM sminion.retention_rule r
  WHERE r.retry_at <= clock_timestamp() AND r.since <= clock_timestamp() - interval '1 day'
  ORDER BY r.place LIMIT 1 FOR UPDATE SKIP LOCKED;
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  done := sminion.purge_step(own, 200, false);
  RETURN true;
END
$sminion$;

-- functions/retention/purge_batch.sql
-- Purges the next expired rows of one table, as `schema.table` in the policy, in a transaction of its own: repeat it until `state` is `done`, or
-- `stuck`, with the cause. It may end at any point, with its client or with the server: the next call goes on, and so does
-- sminion.maintain. Unlike that, it asks not how long the rule has been in force.
--
-- slow: also a large table in which no index leads to the rows.
CREATE FUNCTION sminion.purge_batch(
  "table" text, milliseconds integer DEFAULT 200, slow boolean DEFAULT false, OUT state text, OUT rows bigint, OUT cause text
)
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET lock_timeout = '200ms'
AS $sminion$
DECLARE
  own  sminion.retention_rule;
  done record;
BEGIN
  PERFORM sminion.require_read_committed();
  IF NOT EXISTS (SELECT FROM sminion.policy p WHERE p.completed_at IS NOT NULL) THEN
    RAISE EXCEPTION USING ERRCODE = 'SG571',
      MESSAGE = 'a change of the policy is not finished',
      DETAIL = 'What has expired is known when each table is as the policy says.',
      HINT = 'Wait until `sminion-guard apply` has ended; where it was interrupted, run it again.';
  ELSIF NOT EXISTS (SELECT FROM sminion.retention_rule r WHERE r.schema_name || '.' || r.table_name = purge_batch."table") THEN
    RAISE EXCEPTION USING ERRCODE = 'SG572',
      MESSAGE = format('the policy in force has no retention of `%s`', coalesce(purge_batch."table", 'NULL')),
      HINT = 'See `sminion.retention_status()`.';
  END IF;
  SELECT r.* INTO own FROM sminion.retention_rule r WHERE r.schema_name || '.' || r.table_name = purge_batch."table" FOR UPDATE SKIP LOCKED;
  IF NOT FOUND THEN
    state := 'stuck';
    rows := 0;
    cause := 'locked: another session purges it, or holds data of it';
    RETURN;
  END IF;
  done := sminion.purge_step(own, milliseconds, slow);
  state := done.state;
  rows := done.rows;
  cause := done.cause;
END
$sminion$;
COMMENT ON FUNCTION sminion.purge_batch(text, integer, boolean) IS 'purges the next expired rows of a table; repeat it until `done`';

-- functions/retention/retention_status.sql
-- What expires, table by table: rows that have expired and still stand, and what was done. Rows are counted, so it takes its time.
--
-- expired:   NULL where they were not counted: no index leads to them, and the table is large; or `hindrance` says why.
-- kept:      of them, those of people who are blocked or whose data are held.
-- used:      of them, those that rows of other tables lead to.
-- oldest:    when the first of them expired; next: when the next row does.
-- overdue:   rows that nothing keeps have stood for more than a day, and maintenance could have purged them.
-- failing:   something else is in the way than a lock: rows lead to expired ones, `hindrance`, why the table cannot be purged as it is, or
--            `cause`, what stopped it the last time.
CREATE FUNCTION sminion.retention_status(
  slow boolean DEFAULT false, OUT schema_name text, OUT table_name text, OUT after_column text, OUT keep text, OUT way text,
  OUT since timestamptz, OUT expired bigint, OUT kept bigint, OUT used bigint, OUT oldest timestamptz, OUT next timestamptz,
  OUT indexed boolean, OUT purged bigint, OUT run_at timestamptz, OUT done_at timestamptz, OUT overdue boolean, OUT failing boolean,
  OUT hindrance text, OUT cause text
) RETURNS SETOF record
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET lock_timeout = '5s'
SET row_security = on
SET jit = off
AS $sminion$
DECLARE
  own    sminion.retention_rule;
  target sminion.protected_table;
  seen   record;
BEGIN
  FOR own IN SELECT r.* FROM sminion.retention_rule r ORDER BY r.schema_name COLLATE "C", r.table_name COLLATE "C" LOOP
    target := sminion.retention_target(own);
    schema_name := own.schema_name;
    table_name := own.table_name;
    after_column := own.after_column;
    keep := own.keep;
    way := own.way;
    since := own.since;
    purged := own.purged;
    run_at := own.run_at;
    done_at := own.done_at;
    cause := own.cause;
    indexed := sminion.expired_found(own);
    expired := NULL;
    kept := NULL;
    used := NULL;
    oldest := NULL;
    next := NULL;
    IF to_regclass(format('%I.%I', own.schema_name, own.table_name)) IS NOT NULL THEN
      EXECUTE format('LOCK TABLE %I.%I IN ROW EXCLUSIVE MODE', own.schema_name, own.table_name);
    END IF;
    hindrance := sminion.retention_hindrance(own, target);
    IF hindrance IS NULL AND NOT indexed AND NOT slow THEN
      hindrance := format('no index begins with `%s`, and all rows would be read: make one', own.after_column);
    ELSIF hindrance IS NULL THEN
      seen := sminion.expired_left(own, target);
      expired := seen.expired;
      kept := seen.kept;
      used := seen.used;
      oldest := CASE WHEN seen.expired > 0 THEN seen.oldest END;
      next := seen.next;
      -- What came in while rows were counted is undone.
      hindrance := sminion.retention_hindrance(own, target);
      IF hindrance IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'SG570', MESSAGE = hindrance;
      END IF;
    END IF;
    overdue := coalesce(expired > kept + used, false) AND oldest < clock_timestamp() - interval '1 day'
      AND own.since < clock_timestamp() - interval '2 days';
    failing := hindrance IS NOT NULL OR used > 0 OR coalesce(cause NOT LIKE '%locked%', false);
    RETURN NEXT;
  END LOOP;
END
$sminion$;
COMMENT ON FUNCTION sminion.retention_status(boolean) IS 'what expires when, table by table, and what of it still stands';

-- functions/retention/past_partitions.sql
-- Partitions of a table in which nothing but expired rows can be, by their bounds: ranges of the column alone that retention counts from, which end
-- before what is kept begins, in the order of PostgreSQL: with an operator class of the application they would mean anything. Never the default
-- partition, nor where rows are depersonalized.
CREATE FUNCTION sminion.past_partitions(own sminion.retention_rule) RETURNS oid[]
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
SET datestyle = 'ISO'
SET timezone = 'UTC'
AS $sminion$
DECLARE
  past  CONSTANT text := sminion.expired_rows(own);
  found oid[] := '{}';
  part  record;
  gone  boolean;
BEGIN
  IF past IS NULL OR own.way <> 'destroy' THEN
    RETURN found;
  END IF;
  FOR part IN
    SELECT c.oid, substring(pg_get_expr(c.relpartbound, c.oid) FROM ' TO \(''([^'']+)''\)$') AS "end", a.atttypid::regtype AS type
    FROM pg_partition_tree(to_regclass(format('%I.%I', own.schema_name, own.table_name))) f JOIN pg_class c ON c.oid = f.relid
    JOIN pg_partitioned_table k ON k.partrelid = f.parentrelid AND k.partstrat = 'r' AND k.partnatts = 1
    JOIN pg_attribute a ON a.attrelid = k.partrelid AND a.attnum = k.partattrs[0] AND a.attname = own.after_column
    JOIN pg_opclass o ON o.oid = k.partclass[0] AND o.opcnamespace = 'pg_catalog'::regnamespace
    WHERE f.isleaf AND c.relkind = 'r'
    ORDER BY c.relname COLLATE "C"
  LOOP
    EXECUTE format('SELECT %s FROM (SELECT %L::%s AS %I) AS t', past, part."end", part.type, own.after_column) INTO gone;
    IF gone THEN
      found := array_append(found, part.oid);
    END IF;
  END LOOP;
  RETURN found;
END
$sminion$;

-- functions/retention/partition_hindrance.sql
-- Why no partition of a table is dropped as a whole, whatever is in it. NULL where one may be.
CREATE FUNCTION sminion.partition_hindrance(own sminion.retention_rule, target sminion.protected_table) RETURNS text
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  cause CONSTANT text := sminion.retention_hindrance(own, target);
BEGIN
  IF cause IS NOT NULL THEN
    RETURN cause;
  ELSIF (sminion.references_to(target, 'destroy', false)).condition <> 'false' THEN
    RETURN 'rows of other tables lead to its rows: they are purged one by one';
  ELSIF cardinality(target.subject_columns) > 0 AND NOT sminion.quickly_found(target) THEN
    RETURN 'no index leads to the rows of a person, to look for those that are kept: make one';
  END IF;
  RETURN NULL;
END
$sminion$;

-- functions/retention/expired_partitions.sql
-- Whole partitions that have expired by their bounds, and may be dropped by who owns them: see sminion.drop_expired_partition.
--
-- hindrance: why its rows are purged one by one all the same.
CREATE FUNCTION sminion.expired_partitions(OUT table_name text, OUT partition text, OUT bytes bigint, OUT hindrance text) RETURNS SETOF record
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET lock_timeout = '5s'
SET jit = off
AS $sminion$
DECLARE
  own sminion.retention_rule;
BEGIN
  FOR own IN SELECT r.* FROM sminion.retention_rule r ORDER BY r.place LOOP
    FOR partition, bytes IN
      SELECT p.oid::regclass::text, pg_total_relation_size(p.oid) FROM unnest(sminion.past_partitions(own)) AS p (oid)
    LOOP
      table_name := own.schema_name || '.' || own.table_name;
      hindrance := sminion.partition_hindrance(own, sminion.retention_target(own));
      RETURN NEXT;
    END LOOP;
  END LOOP;
END
$sminion$;
COMMENT ON FUNCTION sminion.expired_partitions() IS 'whole partitions that have expired by their bounds';

-- functions/retention/check_partition.sql
-- Looks whether a partition can go as a whole, and counts its rows: its bounds are not trusted. For sminion.drop_expired_partition, which has it locked
-- against writes. Until the transaction ends nobody blocks a person, holds data or begins a destruction, so it must end soon.
--
-- cause: why it stays. NULL where it can go: then it is noted for sminion.record_drop.
CREATE FUNCTION sminion.check_partition(partition oid, OUT rows bigint, OUT cause text)
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET lock_timeout = '200ms'
SET row_security = on
SET jit = off
AS $sminion$
DECLARE
  root     CONSTANT oid := pg_partition_root(check_partition.partition::regclass);
  own      sminion.retention_rule;
  target   sminion.protected_table;
  within   text;
  standing bigint;
  keys     text[];
  found    boolean;
BEGIN
  PERFORM sminion.require_read_committed();
  SELECT r.* INTO own FROM sminion.retention_rule r WHERE to_regclass(format('%I.%I', r.schema_name, r.table_name))::oid = root;
  IF own.table_name IS NULL OR root = check_partition.partition THEN
    RAISE EXCEPTION USING ERRCODE = 'SG574',
      MESSAGE = format('`%s` is no partition of a table with a retention', check_partition.partition::regclass),
      HINT = 'See `sminion.expired_partitions()`.';
  ELSIF NOT EXISTS (SELECT FROM sminion.policy p WHERE p.completed_at IS NOT NULL) THEN
    RAISE EXCEPTION USING ERRCODE = 'SG571',
      MESSAGE = 'a change of the policy is not finished',
      DETAIL = 'What has expired is known when each table is as the policy says.',
      HINT = 'Wait until `sminion-guard apply` has ended; where it was interrupted, run it again.';
  ELSIF NOT EXISTS (
    SELECT FROM pg_locks k
    WHERE k.pid = pg_backend_pid() AND k.relation = check_partition.partition AND k.granted
      AND k.mode IN ('ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock')
      AND k.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database()))
  THEN
    RAISE EXCEPTION USING ERRCODE = 'SG575',
      MESSAGE = format('partition `%s` is not locked against writes', check_partition.partition::regclass),
      HINT = 'Call `sminion.drop_expired_partition`, which does it all.';
  END IF;
  target := sminion.retention_target(own);
  IF NOT check_partition.partition = ANY (sminion.past_partitions(own)) THEN
    cause := 'it has not expired as a whole, by its bounds, or its rows are depersonalized';
    RETURN;
  END IF;
  cause := sminion.partition_hindrance(own, target);
  IF cause IS NOT NULL THEN
    RETURN;
  END IF;
  -- By its constraint the planner reads no other one.
  within := format('%I.%I AS t WHERE t.tableoid = %s AND (%s)', own.schema_name, own.table_name, check_partition.partition,
                   pg_get_partition_constraintdef(check_partition.partition));
  EXECUTE format('SELECT count(*), count(*) FILTER (WHERE (%s) IS NOT TRUE) FROM %s', sminion.expired_rows(own), within) INTO rows, standing;
  IF standing > 0 THEN
    cause := format('%s rows in it have not expired', standing);
    RETURN;
  END IF;
  -- Counting may take long. From here on nothing does.
  PERFORM FROM sminion.retention_rule r WHERE (r.schema_name, r.table_name) = (own.schema_name, own.table_name) FOR UPDATE;
  LOCK TABLE sminion.subject_state, sminion.pending_change IN SHARE MODE;
  IF cardinality(target.subject_columns) > 0 THEN
    SELECT array_agg(k.subject) INTO keys FROM (
      SELECT s.subject FROM sminion.subject_state s
      WHERE s.blocked OR s.others_blocked OR sminion.blocked_in(s.blocked_schemas, s.others_blocked_schemas, own.schema_name)
      UNION SELECT c.subject FROM sminion.pending_change c
      UNION SELECT d.subject FROM sminion.destruction d WHERE d.completed_at IS NULL AND d.subject IS NOT NULL
      UNION SELECT h.key FROM unnest(sminion.held_people(target)) AS h (key)) k;
    EXECUTE format('SELECT EXISTS (SELECT FROM %s AND %s)', within, sminion.subject_rows(target)) INTO found USING keys;
    IF found THEN
      cause := 'rows in it are kept: their people are blocked, their data are held, or are being destroyed';
      RETURN;
    END IF;
  END IF;
  UPDATE sminion.retention_rule r
  SET dropping = check_partition.partition, dropping_name = check_partition.partition::regclass::text, dropping_rows = check_partition.rows,
      dropping_by = pg_current_xact_id()
  WHERE (r.schema_name, r.table_name) = (own.schema_name, own.table_name);
END
$sminion$;
COMMENT ON FUNCTION sminion.check_partition(oid) IS 'looks whether a partition that its owner has locked can be dropped as expired';

-- functions/retention/record_drop.sql
-- Records that a partition was dropped in this transaction, after sminion.check_partition found that it could be: an act of the log.
CREATE FUNCTION sminion.record_drop(partition oid) RETURNS void
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  own sminion.retention_rule;
BEGIN
  SELECT r.* INTO own FROM sminion.retention_rule r WHERE r.dropping = record_drop.partition AND r.dropping_by = pg_current_xact_id_if_assigned();
  IF NOT FOUND OR EXISTS (SELECT FROM pg_class c WHERE c.oid = record_drop.partition) THEN
    RAISE EXCEPTION USING ERRCODE = 'SG576',
      MESSAGE = 'no expired partition was dropped in this transaction',
      DETAIL = 'What the log says was dropped was looked at before, and is gone.',
      HINT = 'Call `sminion.drop_expired_partition`, which does it all.';
  END IF;
  -- Another table may get its number.
  DELETE FROM sminion.row_security_before b WHERE b.relation::oid = record_drop.partition;
  UPDATE sminion.retention_rule r
  SET dropping = NULL, dropping_name = NULL, dropping_rows = NULL, dropping_by = NULL, purged = r.purged + own.dropping_rows,
      run_at = clock_timestamp()
  WHERE (r.schema_name, r.table_name) = (own.schema_name, own.table_name);
  PERFORM sminion.record_act('retention', jsonb_build_object(
    'table', own.schema_name || '.' || own.table_name, 'partition', own.dropping_name, 'way', own.way, 'rows', own.dropping_rows,
    'after', own.after_column, 'keep', own.keep, 'timezone', own.zone), 'the retention of the policy ended');
END
$sminion$;
COMMENT ON FUNCTION sminion.record_drop(oid) IS 'records that an expired partition was dropped';

-- functions/retention/drop_expired_partition.sql
-- Drops a partition in which all rows have expired, with the rights of the caller, who owns it: sminion_owner owns no table of the application. In a
-- transaction of its own.
--
-- Writes to the partition wait while its rows are counted; all else for as long as the locks last, which are given up after 200 milliseconds.
--
-- state: `done`, or `stuck` with the cause; what is `locked` may be tried again.
CREATE FUNCTION sminion.drop_expired_partition(partition text, OUT state text, OUT rows bigint, OUT cause text)
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
SET lock_timeout = '200ms'
AS $sminion$
DECLARE
  -- By the catalog: to look a name up needs USAGE on its schema.
  part CONSTANT regclass := (
    SELECT c.oid FROM pg_class c WHERE c.relispartition AND c.relkind = 'r' AND c.oid::regclass::text = drop_expired_partition.partition);
  seen record;
BEGIN
  rows := 0;
  IF part IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'SG574',
      MESSAGE = format('`%s` is no partition of a table with a retention', coalesce(drop_expired_partition.partition, 'NULL')),
      HINT = 'See `sminion.expired_partitions()`.';
  ELSIF NOT (SELECT pg_has_role(c.relowner, 'USAGE') FROM pg_class c WHERE c.oid = part) THEN
    RAISE EXCEPTION USING ERRCODE = 'SG577',
      MESSAGE = format('only its owner drops `%s`', part),
      DETAIL = 'The guard owns no table of the application.',
      HINT = 'Run it as a login that owns the partition and is a member of the role for maintenance, or as a superuser.';
  END IF;
  BEGIN
    EXECUTE format('LOCK TABLE ONLY %s IN SHARE MODE', part);
    seen := sminion.check_partition(part);
    cause := seen.cause;
    IF cause IS NULL THEN
      -- RESTRICT: a view on it, or a foreign key, keeps it.
      EXECUTE format('DROP TABLE %s', part);
      PERFORM sminion.record_drop(part);
      state := 'done';
      rows := seen.rows;
      RETURN;
    END IF;
  EXCEPTION
  WHEN lock_not_available OR deadlock_detected THEN
    cause := 'locked: others use the table, or change what people decided';
  WHEN dependent_objects_still_exist THEN
    cause := format('other objects depend on it: %s', SQLERRM);
  END;
  state := 'stuck';
END
$sminion$;
COMMENT ON FUNCTION sminion.drop_expired_partition(text) IS 'drops a partition in which all rows have expired; call it as its owner';

-- functions/restore/ledger_size.sql
-- How many events the log has as leaves, and the root of its tree at a size: a ledger says which log it was written from.
CREATE FUNCTION sminion.ledger_size(at bigint, OUT size bigint, OUT root bytea)
LANGUAGE sql
STABLE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
  SELECT t.size, sminion.tree_root(least(ledger_size.at, t.size)) FROM sminion.tree_state t
$sminion$;
COMMENT ON FUNCTION sminion.ledger_size(bigint) IS 'how many events a ledger can have, and the root of the log''s tree at a size';

-- functions/restore/ledger_events.sql
-- Every decision that a restore of an older backup would undo, in the order of the log: for a ledger that is kept outside of the database.
-- Those with numbers above `after`, up to `upto`.
--
-- subject: NULL where it is about nobody, or about somebody who was erased from the log since.
-- about:   of an erasure from the log, the number of an event of that person.
CREATE FUNCTION sminion.ledger_events(
  after bigint, upto bigint, OUT number bigint, OUT kind text, OUT at timestamptz, OUT subject text, OUT other text, OUT about bigint,
  OUT decision jsonb
) RETURNS SETOF record
LANGUAGE sql
STABLE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $sminion$
  WITH wanted AS MATERIALIZED (
    SELECT r.first + k.nth - 1 AS number, r.kind, k.key
    FROM sminion.event_run r CROSS JOIN LATERAL unnest(r.keys) WITH ORDINALITY AS k (key, nth)
    WHERE r.kind IN ('state', 'request', 'act') AND r.first > ledger_events.after - 5000 AND r.first <= ledger_events.upto
      AND r.first + k.nth - 1 > ledger_events.after AND r.first + k.nth - 1 <= ledger_events.upto
  )
  SELECT w.number, 'state', e.at, e.subject,
         -- the two keys of a merge are two events of one transaction
         (SELECT p.subject FROM sminion.subject_event p
          WHERE e.event IN ('merge_subjects', 'unmerge_subjects') AND p.transaction = e.transaction AND p.event = e.event AND p.id > e.id
          ORDER BY p.id LIMIT 1), NULL::bigint,
         to_jsonb(e) - ARRAY['id', 'transaction', 'subject', 'epoch', 'at']
  FROM wanted w JOIN sminion.subject_event e ON w.kind = 'state' AND e.id = w.key
  WHERE e.event NOT IN ('expire_consent', 'note_refusal', 'erase')
    -- of the pair, the first
    AND NOT (e.event IN ('merge_subjects', 'unmerge_subjects') AND (
      SELECT count(*) FROM sminion.subject_event p WHERE p.transaction = e.transaction AND p.event = e.event AND p.id < e.id) % 2 = 1)
  UNION ALL
  SELECT w.number, 'request', e.at, q.subject, NULL, NULL,
         to_jsonb(e) - ARRAY['id', 'transaction', 'epoch', 'at']
           || jsonb_build_object('row', to_jsonb(q) - ARRAY['subject', 'representative', 'epoch'])
  FROM wanted w JOIN sminion.request_event e ON w.kind = 'request' AND e.id = w.key JOIN sminion.request q ON q.id = e.request
  WHERE e.event IN ('opened', 'identified', 'assigned', 'extended', 'noted', 'closed', 'destruction_begun')
  UNION ALL
  SELECT w.number, 'act', a.at, h.subject, NULL, (a.detail ->> 'event')::bigint,
         to_jsonb(a) - ARRAY['id', 'transaction', 'at'] || jsonb_build_object('hold', to_jsonb(h) - 'subject')
  FROM wanted w JOIN sminion.act a ON w.kind = 'act' AND a.id = w.key
  LEFT JOIN sminion.hold h ON h.id = (a.detail ->> 'hold')::bigint
  WHERE a.act IN ('hold', 'release_hold', 'erase_from_log')
  ORDER BY 1
$sminion$;
COMMENT ON FUNCTION sminion.ledger_events(bigint, bigint) IS 'the decisions that a restore would undo, for a ledger outside of the database';

-- functions/restore/ledger_people.sql
-- Of the people whom a ledger is about, those whom this database knows. A ledger has no keys: it has SHA-256(salt || key).
CREATE FUNCTION sminion.ledger_people(salt bytea, people bytea[], OUT person bytea, OUT subject text) RETURNS SETOF record
LANGUAGE sql
STABLE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
  SELECT p.person, k.subject
  FROM (
    SELECT s.subject FROM sminion.subject_state s
    UNION SELECT n.subject FROM sminion.new_subject n
    UNION SELECT e.subject FROM sminion.subject_event e WHERE e.subject IS NOT NULL
    UNION SELECT r.subject FROM sminion.request r WHERE r.subject IS NOT NULL
    UNION SELECT h.subject FROM sminion.hold h WHERE h.subject IS NOT NULL
  ) k
  JOIN unnest(ledger_people.people) AS p (person) ON p.person = sha256(ledger_people.salt || convert_to(k.subject, 'UTF8'))
$sminion$;
COMMENT ON FUNCTION sminion.ledger_people(bytea, bytea[]) IS 'the people of a ledger whom this database knows';

-- functions/restore/replayed_number.sql
-- The number that a request or hold of a ledger has in this database: that of the replay, or its own where it is the same one. NULL
-- where it is not here.
--
-- made: when the request was recorded, or the hold placed.
CREATE FUNCTION sminion.replayed_number(ledger text, kind text, was bigint, made timestamptz) RETURNS bigint
LANGUAGE sql
STABLE
SET search_path = pg_catalog, pg_temp
AS $sminion$
  SELECT coalesce(
    (SELECT p.became FROM sminion.replayed p
     WHERE p.ledger = replayed_number.ledger AND p.kind = replayed_number.kind AND p.was = replayed_number.was),
    CASE replayed_number.kind
      WHEN 'request' THEN (SELECT r.id FROM sminion.request r WHERE r.id = replayed_number.was AND r.recorded_at = replayed_number.made)
      WHEN 'hold' THEN (SELECT h.id FROM sminion.hold h WHERE h.id = replayed_number.was AND h.placed_at = replayed_number.made)
    END)
$sminion$;

-- functions/restore/replay_state.sql
-- Repeats a change of a state. False where the history has it already.
CREATE FUNCTION sminion.replay_state(
  ledger text, at timestamptz, subject text, other text, decision jsonb, reason text
) RETURNS boolean
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  what  CONSTANT text := decision ->> 'event';
  ends  CONSTANT timestamptz := decision ->> 'until';
  own   record;
  pair  record;
BEGIN
  SELECT k.* INTO own FROM sminion.kind_of_subject(replay_state.subject) k;
  IF EXISTS (
    SELECT FROM sminion.subject_event e
    WHERE e.subject = replay_state.subject AND e.event = what AND e.at = replay_state.at
      AND e.purpose IS NOT DISTINCT FROM decision ->> 'purpose')
    -- over before it is repeated
    OR ends <= clock_timestamp()
  THEN
    RETURN false;
  ELSIF what IN ('merge_subjects', 'unmerge_subjects') THEN
    IF (replay_state.other = ANY (sminion.same_person(replay_state.subject))) = (what = 'merge_subjects') THEN
      RETURN false;
    END IF;
    SELECT k.* INTO pair FROM sminion.kind_of_subject(replay_state.other) k;
    PERFORM sminion.merge_keys(what, own.key, pair.key, replay_state.reason, decision ->> 'actor', own.kind, pair.kind, NULL);
    RETURN true;
  END IF;
  -- Each key of a merged person has its own event, in the ledger too.
  PERFORM sminion.change_state(
    own.key, what, decision ->> 'purpose', replay_state.reason, decision ->> 'actor', own.kind,
    (SELECT p.became FROM sminion.replayed p
     WHERE p.ledger = replay_state.ledger AND p.kind = 'request' AND p.was = (decision ->> 'request')::bigint),
    -- Decisions on consent count in the order of the moments when they were made.
    CASE WHEN what IN ('give_consent', 'refuse_consent', 'withdraw_consent') THEN coalesce((decision ->> 'given_at')::timestamptz, replay_state.at) END,
    (decision ->> 'text_sha256')::bytea, decision ->> 'channel', ends, single => true,
    schemas => CASE WHEN jsonb_typeof(decision -> 'schemas') = 'array' THEN ARRAY(SELECT jsonb_array_elements_text(decision -> 'schemas')) END);
  RETURN true;
END
$sminion$;

-- functions/restore/replay_request.sql
-- Repeats what happened to a request, with the dates that were told to the person: no term is computed anew. Returns the request's number
-- here, NULL where it was on record already. It keeps its number, unless another request has it.
--
-- What the request changed in states (a block, a withdrawal) are entries of their own. A destruction begins again as it is begun
-- otherwise, with a plan of what is here now.
CREATE FUNCTION sminion.replay_request(ledger text, at timestamptz, subject text, decision jsonb, reason text) RETURNS bigint
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  what  CONSTANT text := decision ->> 'event';
  said  sminion.request;
  own   bigint;
  epoch CONSTANT integer := (SELECT p.epoch FROM sminion.policy p);
BEGIN
  said := jsonb_populate_record(NULL::sminion.request, decision -> 'row');
  own := sminion.replayed_number(ledger, 'request', said.id, said.recorded_at);
  IF what = 'opened' AND own IS NULL THEN
    own := said.id;
    IF EXISTS (SELECT FROM sminion.request r WHERE r.id = own) THEN
      own := nextval(pg_get_serial_sequence('sminion.request', 'id'));
    ELSE
      PERFORM setval(pg_get_serial_sequence('sminion.request', 'id'), greatest(own, (SELECT s.last_value FROM sminion.request_id_seq s)));
    END IF;
    INSERT INTO sminion.request OVERRIDING SYSTEM VALUE
    SELECT (jsonb_populate_record(said, jsonb_build_object('id', own, 'subject', replay_request.subject, 'epoch', epoch,
      'identified', false, 'extended_to', NULL, 'closed_at', NULL, 'outcome', NULL, 'duplicate_of', NULL))).*;
  ELSIF own IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'SG594',
      MESSAGE = format('request %s of the ledger is not in this database', said.id),
      HINT = 'Replay the ledger from its beginning, or an older one first.';
  ELSIF EXISTS (SELECT FROM sminion.request_event e WHERE e.request = own AND e.event = what AND e.at = replay_request.at) THEN
    RETURN NULL;
  ELSIF what = 'destruction_begun' THEN
    IF EXISTS (SELECT FROM sminion.destruction d WHERE d.request = own) THEN
      RETURN NULL;
    END IF;
    PERFORM sminion.begin_destruction(own, replay_request.reason, true, decision ->> 'actor');
    RETURN own;
  ELSIF what = 'closed' AND said.kind = 'destroy' AND EXISTS (
    SELECT FROM sminion.destruction d WHERE d.request = own AND d.completed_at IS NULL)
  THEN
    RAISE EXCEPTION USING ERRCODE = 'SG565',
      MESSAGE = format('request %s stays open: the data are not destroyed again yet', own),
      HINT = 'See `sminion.destruction_status`, and replay the ledger again.';
  END IF;
  UPDATE sminion.request r
  SET identified = said.identified OR what = 'identified', extended_to = coalesce(said.extended_to, r.extended_to)
  WHERE r.id = own AND what <> 'opened';
  UPDATE sminion.request r
  SET closed_at = replay_request.at, outcome = decision #>> '{detail,outcome}',
      duplicate_of = (SELECT coalesce(
        (SELECT p.became FROM sminion.replayed p
         WHERE p.ledger = replay_request.ledger AND p.kind = 'request' AND p.was = said.duplicate_of), said.duplicate_of))
  WHERE r.id = own AND what = 'closed' AND r.closed_at IS NULL;
  INSERT INTO sminion.request_event (request, event, detail, reason, actor, epoch)
  VALUES (own, what, coalesce(decision -> 'detail', '{}'), replay_request.reason, sminion.require_actor(decision ->> 'actor'), epoch);
  RETURN own;
END
$sminion$;

-- functions/restore/replay_act.sql
-- Repeats a hold, the release of one, or an erasure from the log. Returns the number of the hold, 0 of an erasure; NULL where there is
-- nothing to repeat.
CREATE FUNCTION sminion.replay_act(ledger text, subject text, decision jsonb, reason text) RETURNS bigint
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  said  sminion.hold;
  own   bigint;
  who   record;
BEGIN
  SELECT k.* INTO who FROM sminion.kind_of_subject(replay_act.subject) k;
  IF decision ->> 'act' = 'erase_from_log' THEN
    IF NOT EXISTS (SELECT FROM sminion.salt z WHERE z.holder = 'subject:' || replay_act.subject) THEN
      RETURN NULL;
    END IF;
    PERFORM sminion.erase_from_log(who.key, replay_act.reason, who.kind);
    RETURN 0;
  END IF;
  said := jsonb_populate_record(NULL::sminion.hold, decision -> 'hold');
  own := sminion.replayed_number(ledger, 'hold', said.id, said.placed_at);
  IF decision ->> 'act' = 'hold' THEN
    IF own IS NOT NULL OR said.until <= clock_timestamp() THEN
      RETURN NULL;
    END IF;
    RETURN sminion.hold_data(who.key, replay_act.reason, said.basis, said.schema_name || '.' || said.table_name, said.category, said.until,
      said.actor, who.kind);
  ELSIF EXISTS (SELECT FROM sminion.hold h WHERE h.id = own AND h.released_at IS NULL) THEN
    PERFORM sminion.release_hold(own, replay_act.reason, said.released_by);
    RETURN own;
  END IF;
  RETURN NULL;
END
$sminion$;

-- functions/restore/replay_decision.sql
-- Repeats one entry of a ledger in a restored database, by the functions that made it, and says `applied`, `present` where it is on record
-- already, or `repeated` where an earlier replay of this ledger did it. One transaction for each entry, in the order of their numbers.
--
-- became: of a request or a hold the number that it has here.
--
-- The event is a new one of whoever replays; its reason begins with the moment of the decision, and sminion.replayed has the number
-- that it had.
CREATE FUNCTION sminion.replay_decision(
  ledger text, number bigint, kind text, at timestamptz, subject text, other text, decision jsonb, OUT outcome text, OUT became bigint
)
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  why CONSTANT text := 'decided ' || to_char(replay_decision.at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS') || ' UTC, repeated after a restore: '
    || left(coalesce(decision ->> 'reason', 'no reason'), 900);
  was bigint;
  holds text;
BEGIN
  IF num_nulls(ledger, number, at, decision) > 0 OR replay_decision.kind NOT IN ('state', 'request', 'act')
    OR (replay_decision.subject IS NULL AND replay_decision.kind <> 'request')
  THEN
    RAISE EXCEPTION USING ERRCODE = 'SG594', MESSAGE = 'this is no entry of a ledger',
      HINT = 'Replay ledgers with `sminion-guard subject ledger replay`.';
  END IF;
  PERFORM sminion.require_read_committed();
  IF EXISTS (SELECT FROM sminion.replayed p WHERE p.ledger = replay_decision.ledger AND p.number = replay_decision.number) THEN
    outcome := 'repeated';
  ELSIF replay_decision.kind = 'state' THEN
    outcome := CASE WHEN sminion.replay_state(ledger, at, subject, other, decision, why) THEN 'applied' ELSE 'present' END;
  ELSE
    became := CASE replay_decision.kind
      WHEN 'request' THEN sminion.replay_request(ledger, at, subject, decision, why)
      ELSE sminion.replay_act(ledger, subject, decision, why) END;
    outcome := CASE WHEN became IS NULL THEN 'present' ELSE 'applied' END;
  END IF;
  IF outcome = 'applied' THEN
    IF replay_decision.kind = 'request' AND decision ->> 'event' = 'opened' THEN
      holds := 'request';
      was := (decision ->> 'request')::bigint;
    ELSIF decision ->> 'act' = 'hold' THEN
      holds := 'hold';
      was := (decision #>> '{hold,id}')::bigint;
    END IF;
    INSERT INTO sminion.replayed (ledger, number, at, kind, was, became)
    VALUES (replay_decision.ledger, replay_decision.number, replay_decision.at, holds, was, replay_decision.became);
  END IF;
  IF decision ->> 'event' = 'destruction_begun' THEN
    became := sminion.replayed_number(
      replay_decision.ledger, 'request', (decision ->> 'request')::bigint, (decision #>> '{row,recorded_at}')::timestamptz);
  END IF;
END
$sminion$;
COMMENT ON FUNCTION sminion.replay_decision(text, bigint, text, timestamptz, text, text, jsonb) IS
  'repeats one entry of a ledger in a restored database';

-- functions/restore/end_replay.sql
-- Says that a ledger was replayed to its end, and how many of its entries could not be repeated: sminion.accept_restore asks for it.
CREATE FUNCTION sminion.end_replay(ledger text, size bigint, failed bigint, reason text) RETURNS void
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  own bigint;
  mark xid;
BEGIN
  INSERT INTO sminion.replay AS r (ledger, size, failed, timeline)
  VALUES (end_replay.ledger, end_replay.size, end_replay.failed, sminion.timeline()) RETURNING r.id, r.xmin INTO own, mark;
  UPDATE sminion.replay r SET made = mark WHERE r.id = own;
  PERFORM sminion.record_act('replay', jsonb_build_object('ledger', end_replay.ledger, 'size', end_replay.size, 'failed', end_replay.failed,
    'applied', (SELECT count(*) FROM sminion.replayed p WHERE p.ledger = end_replay.ledger)), sminion.require_reason(end_replay.reason));
END
$sminion$;
COMMENT ON FUNCTION sminion.end_replay(text, bigint, bigint, text) IS 'says that a ledger was replayed to its end';

-- functions/report/report_query.sql
-- The query for the rows of one table that are about the person whose keys are in parameter $1, of which `columns` names what is read, in the order
-- of sminion.report_columns. Values are printed by format(): it calls the output function of the type, and no cast, which an
-- application may have made of its own.
--
-- A row about other people too is shared: of it only what cannot tell of them is read.
CREATE FUNCTION sminion.report_query(target sminion.protected_table) RETURNS text
LANGUAGE sql
STABLE
SET search_path = pg_catalog, pg_temp
AS $sminion$
  WITH subjects AS (
    SELECT c.name, format(
      CASE c.prefix WHEN '' THEN 't.%1$I = ANY ($1::text[]::%2$s[])'
        ELSE 't.%1$I = ANY (sminion.keys_of_kind($1::text[], %3$L)::%2$s[])' END, c.name, c.type, c.prefix) AS own
    FROM unnest(target.subject_columns, target.key_types, target.prefixes) AS c (name, type, prefix)
  ), shared AS (
    SELECT CASE WHEN count(*) = 1 THEN 'false'
      ELSE string_agg(format('(t.%I IS NOT NULL AND (%s) IS NOT TRUE)', s.name, s.own), ' OR ' ORDER BY s.name) END AS condition
    FROM subjects s
  ), shown AS (
    SELECT string_agg(format(
      CASE c.shown
        WHEN 'always' THEN 'CASE WHEN t.%1$I IS NOT NULL THEN format(''%%s'', t.%1$I) END'
        WHEN 'subject' THEN 'CASE WHEN t.%1$I IS NULL THEN NULL WHEN (%2$s) THEN format(''%%s'', t.%1$I) ELSE ''another person'' END'
        ELSE 'CASE WHEN t.%1$I IS NOT NULL AND NOT (%3$s) THEN format(''%%s'', t.%1$I) END' END,
      c.name, s.own, h.condition), ', ' ORDER BY c.name COLLATE "C") AS columns
    FROM sminion.report_columns(target) c CROSS JOIN shared h LEFT JOIN subjects s ON s.name = c.name
    WHERE c.shown IN ('always', 'subject', 'alone')
  ), kept AS (
    SELECT v.document ->> 'timezone' AS zone, v.document #> ARRAY['schemas', target.schema_name, 'tables', target.table_name, 'retention'] AS said
    FROM sminion.policy p JOIN sminion.policy_version v ON v.epoch = p.epoch
  ), term AS (
    SELECT k.zone, k.said ->> 'after' AS after, k.said ->> 'keep' AS keep, CASE a.atttypid
        WHEN 'timestamptz'::regtype THEN 'timezone(%2$L, timezone(%2$L, t.%1$I) + %3$L::interval)'
        WHEN 'timestamp'::regtype THEN 'timezone(%2$L, t.%1$I + %3$L::interval)'
        WHEN 'date'::regtype THEN 'timezone(%2$L, t.%1$I::timestamp + %3$L::interval)' END AS ends
    FROM kept k
    JOIN pg_attribute a ON a.attrelid = to_regclass(format('%I.%I', target.schema_name, target.table_name))
      AND a.attname = k.said ->> 'after' AND NOT a.attisdropped
  )
  SELECT format('SELECT %s, %s, %s, ARRAY[%s]::text[] FROM %I.%I AS t WHERE %s', h.condition,
    -- What is kept as good as for ever would be out of range.
    coalesce(format('CASE WHEN t.%1$I < ''100000-01-01'' THEN format(''%%s'', ' || m.ends
      || ') WHEN t.%1$I IS NOT NULL THEN ''infinity'' END', m.after, m.zone, m.keep), 'NULL::text'),
    coalesce(CASE WHEN m.ends IS NOT NULL THEN
      format('coalesce(NOT sminion.within_retention(t.%I, %L::interval, %L), false)', m.after, m.keep, m.zone) END, 'false'),
    s.columns, target.schema_name, target.table_name, sminion.subject_rows(target))
  FROM shared h CROSS JOIN shown s LEFT JOIN term m ON true
$sminion$;

-- functions/report/open_report.sql
-- The report that this session may read now. It refuses in one way, whatever is wrong: a number of somebody else's report tells
-- nothing, not even whether there is one.
CREATE FUNCTION sminion.open_report(report bigint) RETURNS sminion.report
LANGUAGE plpgsql
STABLE
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  found sminion.report;
BEGIN
  SELECT r.* INTO found FROM sminion.report r JOIN sminion.policy p ON p.epoch = r.epoch
  WHERE r.act = open_report.report AND r.login = session_user AND r.subject IS NOT NULL
    AND r.at > clock_timestamp() - interval '1 hour'
    -- What is visible was committed by another transaction, or written by this one: here a rollback would leave no trace.
    AND r.transaction IS DISTINCT FROM pg_current_xact_id_if_assigned();
  IF found.act IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'SG529',
      MESSAGE = format('report %s is not open to this session', coalesce(open_report.report::text, 'NULL')),
      DETAIL = 'A report is read by the login that began it, within an hour, in a later transaction, and under the same policy.',
      HINT = 'Begin one with `sminion.begin_report`, and commit.';
  END IF;
  RETURN found;
END
$sminion$;

-- functions/report/report_keys.sql
-- The keys whose data a report opens: those that are on record with it, and are one person still. A merge that comes after its beginning adds
-- none, since nobody was told of it; and once two keys are two people again, neither is shown the data of the other.
CREATE FUNCTION sminion.report_keys(own sminion.report) RETURNS text[]
LANGUAGE sql
STABLE
SET search_path = pg_catalog, pg_temp
AS $sminion$
  SELECT array_agg(k.key ORDER BY k.key)
  FROM unnest(sminion.same_person(own.subject)) AS k (key) WHERE k.key = own.subject OR k.key = ANY (own.other_keys)
$sminion$;

-- functions/report/begin_report.sql
-- Puts on record that all data of a subject are about to be read, for the person who asked for them. Commit, then read
-- with sminion.report_tables and sminion.report_rows, which take the number that this returns. They open nothing but the data of
-- this one person, under all keys that are merged by now, and only to the login that called this, for an hour.
--
-- request: the number of the request that it answers: of kind `access`, open, of this person, whose identity was checked.
CREATE FUNCTION sminion.begin_report(
  subject text, reason text, request bigint DEFAULT NULL, kind text DEFAULT NULL
) RETURNS bigint
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  why    text := sminion.require_reason(begin_report.reason);
  key    text := sminion.subject_key(begin_report.subject, begin_report.kind);
  row_of sminion.request;
  act    bigint;
  others text[];
BEGIN
  IF (SELECT p.completed_at IS NULL FROM sminion.policy p) THEN
    RAISE EXCEPTION USING ERRCODE = 'SG548',
      MESSAGE = 'a change of the policy is not finished, and a report would be incomplete',
      HINT = 'Wait until `sminion-guard apply` has ended; where it was interrupted, run it again.';
  END IF;
  IF begin_report.request IS NOT NULL THEN
    row_of := sminion.open_request_row(begin_report.request);
    IF row_of.kind <> 'access' OR (row_of.subject = ANY (sminion.same_person(key))) IS NOT TRUE THEN
      RAISE EXCEPTION USING ERRCODE = 'SG522',
        MESSAGE = format('request %s does not ask for the data of this person', begin_report.request),
        HINT = 'Pass the number of a request `access` of the same person.';
    ELSIF NOT row_of.identified THEN
      RAISE EXCEPTION USING ERRCODE = 'SG525',
        MESSAGE = format('request %s cannot be answered: nobody has checked who asks', begin_report.request),
        HINT = format('Check the identity, and record how: `sminion.identify_request(%s, ...)`.', begin_report.request);
    END IF;
  END IF;
  -- A commit that a crash takes back would leave rows released and nothing on record.
  IF current_setting('synchronous_commit') = 'off' THEN
    PERFORM set_config('synchronous_commit', 'on', true);
  END IF;
  others := sminion.other_keys(key);
  act := sminion.record_act('report', jsonb_strip_nulls(jsonb_build_object(
    'request', begin_report.request, 'keys', 1 + cardinality(others))), why);
  INSERT INTO sminion.report (act, subject, other_keys, request, epoch)
  SELECT act, key, others, begin_report.request, p.epoch FROM sminion.policy p;
  RETURN act;
END
$sminion$;
COMMENT ON FUNCTION sminion.begin_report(text, text, bigint, text) IS
  'records that all data of a subject are about to be read; the number of the report';

-- functions/report/report_tables.sql
-- The tables that may hold data of a report's subject: all protected tables whose rows have subjects of the kinds of
-- the person's keys, with their columns
-- (see sminion.report_columns). Where the guard cannot be sure to find every row `incomplete` says why; where it is not `readable`,
-- sminion.report_rows refuses.
CREATE FUNCTION sminion.report_tables(
  report bigint, OUT schema_name text, OUT table_name text, OUT columns jsonb, OUT incomplete text,
  OUT readable boolean
) RETURNS SETOF record
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  own       CONSTANT text[] := sminion.report_keys(sminion.open_report(report_tables.report));
  target    sminion.protected_table;
  blind     text;
  hindrance text;
BEGIN
  FOR target IN
    SELECT p.* FROM sminion.protected_table p
    WHERE EXISTS (SELECT FROM unnest(p.prefixes) AS k (prefix), unnest(own) AS o (key) WHERE starts_with(o.key, k.prefix))
    ORDER BY p.schema_name COLLATE "C", p.table_name COLLATE "C"
  LOOP
    schema_name := target.schema_name;
    table_name := target.table_name;
    columns := (
      SELECT jsonb_agg(jsonb_build_object('name', c.name, 'category', c.category, 'type', c.type, 'shown', c.shown))
      FROM sminion.report_columns(target) c);
    blind := sminion.blindness(target);
    hindrance := sminion.report_hindrance(target, blind);
    readable := hindrance IS NULL;
    incomplete := coalesce(hindrance, blind, CASE WHEN target.depth > 0 AND target.next_block IS NOT NULL
      THEN 'the subjects of its rows are still being filled in' END);
    RETURN NEXT;
  END LOOP;
END
$sminion$;
COMMENT ON FUNCTION sminion.report_tables(bigint) IS 'the tables of an access report, with what it shows of each column';

-- functions/report/report_rows.sql
-- The rows of one table that are about the subject of a report: those of blocked and withheld people too, and those past their
-- retention as long as they exist. `values` are those of the columns that sminion.report_tables shows (`always`, `subject`, `alone`),
-- in its order, printed in the time zone of the policy; those that a shared row leaves out are NULL.
--
-- The only way in which an office gets rows of a protected table: of one subject, which sminion.begin_report has put on record and
-- committed before. Nothing that a caller passes becomes part of a query: the names only choose a row of sminion.protected_table.
--
-- The server keeps the result on disk as soon as it is large; read it with a cursor.
CREATE FUNCTION sminion.report_rows(
  report bigint, schema_name text, table_name text, OUT shared boolean, OUT kept_until text, OUT past boolean, OUT "values" text[]
) RETURNS SETOF record
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
SET datestyle = 'ISO'
SET intervalstyle = 'postgres'
SET bytea_output = 'hex'
SET extra_float_digits = 1
AS $sminion$
DECLARE
  own       sminion.report := sminion.open_report(report_rows.report);
  target    sminion.protected_table;
  hindrance text;
  zone      text;
BEGIN
  SELECT p.* INTO target FROM sminion.protected_table p
  WHERE p.schema_name = report_rows.schema_name AND p.table_name = report_rows.table_name;
  IF target.table_name IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'SG549',
      MESSAGE = 'there is no such table of people in the policy in force',
      HINT = 'Pass the names of a row of `sminion.report_tables`.';
  END IF;
  hindrance := sminion.report_hindrance(target, sminion.blindness(target));
  IF hindrance IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'SG548',
      MESSAGE = format('the rows of `%s.%s` cannot be read for a report', target.schema_name, target.table_name),
      DETAIL = hindrance,
      HINT = 'Let the DBA run `sminion-guard plan`, and `apply` what it finds.';
  END IF;
  zone := (SELECT v.document ->> 'timezone' FROM sminion.policy_version v WHERE v.epoch = own.epoch);
  PERFORM set_config('timezone', zone, true);
  RETURN QUERY EXECUTE sminion.report_query(target) USING sminion.report_keys(own);
END
$sminion$;
COMMENT ON FUNCTION sminion.report_rows(bigint, text, text) IS
  'the rows of one table about the subject of an access report; read it with a cursor';

-- functions/log/write_query.sql
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

-- functions/tickets/fixed_ticket.sql
-- The ticket under which the running statement of the client began to write, if token and role are still those of this ticket;
-- else NULL. The setting is the client's and only says where to look: what stands there counts if it is of this transaction
-- and this statement, and there is one such row. A token that begins with the ticket's number is enough: the whole token was
-- compared before, and no other one would change what is recorded.
--
-- Without sequential scans: a plan is kept, and one that was made while the table was empty would read all notes of everybody
-- for each write, and make serializable transactions that write at once fail each other.
CREATE FUNCTION sminion.fixed_ticket() RETURNS bigint
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off
SET jit = off
AS $sminion$
DECLARE
  place text := current_setting('sminion.write_ticket', true);
  fixed bigint;
BEGIN
  IF place COLLATE "C" ~ '^\([0-9]{1,9},[0-9]{1,4}\)$' THEN
    SELECT w.ticket INTO fixed FROM sminion.write_ticket w
    WHERE w.ctid = place::tid AND w.transaction = pg_current_xact_id() AND w.statement = statement_timestamp()
      AND w.role = current_setting('role');
    IF starts_with(current_setting('sminion.token', true), fixed || '.') THEN
      RETURN fixed;
    END IF;
  END IF;
  RETURN NULL;
END
$sminion$;

-- functions/tickets/fix_unusual_ticket.sql
-- What sminion.fix_ticket does for a statement that has written before, for a ticket of an earlier policy, and for whoever
-- has no ticket. Returns where the note is, NULL where it makes none. Raises where a login of the policy has no ticket that is
-- good, or another one than before.
CREATE FUNCTION sminion.fix_unusual_ticket(schema_name name, table_name name) RETURNS text
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  token  text := current_setting('sminion.token', true);
  acting name := current_setting('role');
  good   boolean := false;
  place  text;
BEGIN
  -- First what is usual for triggers of an application and for cascades.
  IF sminion.fixed_ticket() IS NOT NULL THEN
    RETURN NULL;
  END IF;
  -- The guard destroys data of a person, maybe in a session of a login that maintains.
  IF sminion.destroying() THEN
    RETURN NULL;
  END IF;
  IF NOT EXISTS (
    SELECT FROM sminion.login l
    WHERE l.login = session_user
      AND (NOT l.may_own OR EXISTS (SELECT FROM sminion.compartment c WHERE c.role = acting)))
  THEN
    RETURN NULL;
  END IF;

  IF EXISTS (SELECT FROM sminion.compartment c WHERE c.role = acting) THEN
    -- Raises unless the ticket is good, and says why, as every statement in a compartment does.
    PERFORM sminion.context(acting, acting);
    INSERT INTO sminion.write_ticket AS w (transaction, statement, ticket, role, mask, about)
    SELECT pg_current_xact_id(), statement_timestamp(), k.id, k.role, k.mask,
           CASE WHEN k.mask & p.blocked_bits <> 0 OR starts_with(k.basis_ref, 'request:') THEN k.subject END
    FROM sminion.ticket k CROSS JOIN sminion.policy p
    WHERE k.token_hash = sha256(convert_to(token, 'UTF8'))
    ON CONFLICT DO NOTHING RETURNING w.ctid INTO place;
    good := true;
  END IF;
  IF NOT good THEN
    RAISE EXCEPTION USING ERRCODE = 'SG222',
      MESSAGE = format('login `%s` writes to `%s.%s` without a ticket of role `%s`',
        session_user, schema_name, table_name, coalesce(nullif(acting, 'none'), session_user)),
      DETAIL = 'A login of the policy writes under a ticket of the compartment that it acts as, whatever else it may do.',
      HINT = 'Activate a ticket with `sminion.enter`, which sets the role too, and write in that transaction.';
  ELSIF place IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'SG223',
      MESSAGE = 'this statement has already written under another ticket',
      DETAIL = 'Statements that are sent in one message use one ticket.',
      HINT = 'Send statements under another ticket separately.';
  END IF;
  RETURN place;
END
$sminion$;

-- functions/tickets/fix_ticket.sql
-- BEFORE each statement that writes to a protected table: whoever is a login of the policy writes under a ticket of its own
-- that is good for the compartment it acts as, or not at all. The ticket is noted in sminion.write_ticket. By the time the
-- write is recorded the settings may be others: a data-modifying WITH runs before the SELECT that it stands in is done.
--
-- Others (the owner, a superuser, roles that have nothing to do with the policy) write as row security lets them, and so does
-- a login that the policy accepts as an owner, while it is not in a compartment: what it does there was its to do before.
-- current_setting('role') and not current_user: in a definer function, the compartment that its caller acts as.
-- Without sequential scans and JIT as sminion.context.
CREATE FUNCTION sminion.fix_ticket() RETURNS trigger
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off
SET jit = off
AS $sminion$
DECLARE
  token  text := current_setting('sminion.token', true);
  acting name := current_setting('role');
  place  text;
BEGIN
  -- Who has such a ticket is a login of the policy; so the usual write costs this one statement. A ticket of an earlier policy
  -- may be good too: that is asked apart, since a condition with a query in it costs every write the same.
  INSERT INTO sminion.write_ticket AS w (transaction, statement, ticket, role, mask, about)
  SELECT pg_current_xact_id(), statement_timestamp(), k.id, k.role, k.mask,
         CASE WHEN k.mask & p.blocked_bits <> 0 OR starts_with(k.basis_ref, 'request:') THEN k.subject END
  FROM sminion.ticket k JOIN sminion.policy p ON p.epoch = k.epoch
  WHERE k.token_hash = sha256(convert_to(token, 'UTF8'))
    AND k.role = acting AND (k.login = session_user) IS TRUE
    AND k.revoked_at IS NULL AND k.expires_at > clock_timestamp() AND k.writer <> pg_current_xact_id() AND k.xmin = k.made_in
    AND (inet_client_addr() IS NULL OR NOT k.require_tls OR sminion.encrypted())
  ON CONFLICT DO NOTHING RETURNING w.ctid INTO place;
  IF place IS NULL THEN
    place := sminion.fix_unusual_ticket(TG_TABLE_SCHEMA, TG_TABLE_NAME);
  END IF;
  IF place IS NOT NULL THEN
    -- Assigned: PERFORM would start an executor, for four times the price.
    place := set_config('sminion.write_ticket', place, true);
  END IF;
  RETURN NULL;
END
$sminion$;

-- functions/requests/permit_correction.sql
-- Looks at a write under a ticket that rests on a request, or whose purpose sees blocked people: for sminion.record_write, before the
-- write is on record. Raises where
--
--   the ticket rests on a request, and the request is closed meanwhile, or a row is not about its person;
--   the ticket rests on none, and changes rows of a person whom an open request keeps blocked, in their schema.
--
-- A row about several people is about this one too. Which rows have which subjects is known only of one row, so several at once must
-- be about this person alone.
CREATE FUNCTION sminion.permit_correction(
  ticket bigint, schema_name text, relation text, command text, rows bigint, subjects text[], bulk bigint
) RETURNS void
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  basis  text;
  row_of sminion.request;
  person text[];
BEGIN
  SELECT k.basis_ref INTO basis FROM sminion.ticket k WHERE k.id = permit_correction.ticket;
  IF starts_with(basis, 'request:') THEN
    SELECT r.* INTO row_of FROM sminion.request r WHERE r.id = substr(basis, 9)::bigint;
    person := sminion.same_person(row_of.subject);
    IF row_of.closed_at IS NOT NULL THEN
      RAISE EXCEPTION USING ERRCODE = 'SG543',
        MESSAGE = format('the ticket rests on request %s, which is closed', row_of.id),
        HINT = 'Open a new request for what must be changed now.';
    ELSIF bulk IS NOT NULL OR (subjects <@ person OR rows = 1 AND subjects && person) IS NOT TRUE THEN
      RAISE EXCEPTION USING ERRCODE = 'SG543',
        MESSAGE = format('under a ticket for request %s, rows of `%s` are written that are not about its person', row_of.id, relation),
        HINT = 'Write rows of this person only, and rows about several people one at a time; open another ticket for the others.';
    END IF;
  ELSIF command = 'UPDATE' THEN
    SELECT r.* INTO row_of FROM sminion.request r
    WHERE r.closed_at IS NULL AND r.interim AND r.kind IN ('clarify', 'misconduct')
      AND coalesce(permit_correction.schema_name = ANY (r.schemas), true)
      AND r.subject = ANY (ARRAY(SELECT p.key FROM unnest(subjects) s (key) CROSS JOIN LATERAL unnest(sminion.same_person(s.key)) p (key)))
    LIMIT 1;
    IF FOUND THEN
      RAISE EXCEPTION USING ERRCODE = 'SG543',
        MESSAGE = format('rows of `%s` are changed of a person whose data are contested, and the ticket does not say for which request', relation),
        HINT = format('Open the ticket with `basis_ref => ''request:%s''`.', row_of.id);
    END IF;
  END IF;
END
$sminion$;

-- functions/log/record_write.sql
-- Records one writing statement, for the trigger functions made from templates/write_function, which act as the owner of
-- the log. Nobody else may call it. True, so that it is called in an assignment: PERFORM would start an executor.
--
-- rows:     NULL for TRUNCATE.
-- subjects: those that are listed; `bulk` counts the others, and is NULL when there are none.
--
-- The row stands in the journal until it is folded: one INSERT into one table, which needs no month and no subject's index.
-- The note of sminion.fix_ticket is looked up by the INSERT itself, as sminion.fixed_ticket would, which says why without
-- sequential scans.
CREATE FUNCTION sminion.record_write(
  schema_name name, table_name name, command text, columns text[], rows bigint, subjects text[], bulk bigint
) RETURNS boolean
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off
SET jit = off
AS $sminion$
DECLARE
  -- 62 random bits. No sequence: see sminion.write_event.
  number CONSTANT bigint :=
    ('x' || right(encode(uuid_send(gen_random_uuid()), 'hex'), 16))::bit(64)::bigint & 4611686018427387903;
  what     CONSTANT text := CASE command WHEN 'INSERT' THEN 'collect' WHEN 'UPDATE' THEN 'clarify' ELSE 'delete' END;
  token    text := current_setting('sminion.token', true);
  acting   text := current_setting('role');
  place    text := current_setting('sminion.write_ticket', true);
  named    text := schema_name || '.' || table_name;
  entered  bigint;
BEGIN
  IF named COLLATE "C" !~ '^[ -~]+$' OR length(named) > 200 THEN
    named := sminion.log_text(named, 200);
  END IF;
  IF place COLLATE "C" ~ '^\([0-9]{1,9},[0-9]{1,4}\)$' THEN
    -- What the settings say by now is the client's word, and may be another one than before the statement: see fix_ticket.
    INSERT INTO sminion.journal (event)
    SELECT jsonb_build_object(
      'id', number, 'ticket', w.ticket, 'role', w.role, 'operation', what, 'relation', named, 'columns', record_write.columns,
      'rows', record_write.rows, 'bulk', record_write.bulk, 'subjects', record_write.subjects)
    FROM sminion.write_ticket w
    WHERE w.ctid = place::tid AND w.transaction = pg_current_xact_id() AND w.statement = statement_timestamp()
      AND w.role = acting AND starts_with(token, w.ticket || '.') AND w.about IS NULL;
    IF FOUND THEN
      RETURN true;
    END IF;
    entered := sminion.fixed_ticket();
  END IF;
  IF entered IS NOT NULL THEN
    PERFORM sminion.permit_correction(entered, schema_name, named, command, record_write.rows, record_write.subjects, record_write.bulk);
  ELSIF EXISTS (SELECT FROM sminion.login l WHERE l.login = session_user) AND NOT sminion.destroying() THEN
    RAISE EXCEPTION USING ERRCODE = 'SG223',
      MESSAGE = format('ticket or role changed while a statement wrote to `%s.%s`', schema_name, table_name),
      HINT = 'Change the ticket before or after the statement, with `sminion.enter`.';
  -- Of others the setting is a word too: only a token that was issued to this login names a ticket.
  ELSIF token <> '' THEN
    SELECT k.id INTO entered FROM sminion.ticket k
    WHERE k.token_hash = sha256(convert_to(token, 'UTF8')) AND (k.login = session_user) IS TRUE;
  END IF;
  INSERT INTO sminion.journal (event) VALUES (jsonb_build_object(
    'id', number, 'ticket', entered, 'role', coalesce(nullif(acting, 'none'), session_user), 'operation', what,
    'relation', named, 'columns', record_write.columns, 'rows', record_write.rows, 'bulk', record_write.bulk,
    'subjects', record_write.subjects));
  RETURN true;
END
$sminion$;

-- functions/log/count_journal.sql
-- Counts what a login writes to the journal, and refuses more than the policy permits within a minute of the clock (SG248): what is
-- written there is kept for long, and no loop may fill the disk with it. Called by row security of the journal, as whoever writes,
-- for a sample of the rows: each unit of 256 KB, of which a row has its entries and 256 bytes, is counted with that chance. While some
-- login has reached its limit, it is called for all rows, and those that were not drawn are compared and not counted.
--
-- The counter is a sequence (sminion.login_load): all sessions of the login share it, and no ROLLBACK takes back what was counted. It
-- is read and set in one step, not in one lock: two sessions that count in the same microseconds may count as one. Whoever calls the
-- function itself only uses up what its own login may write.
CREATE FUNCTION sminion.count_journal(bytes integer, sampled boolean) RETURNS boolean
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off
SET jit = off
AS $sminion$
DECLARE
  seconds   CONSTANT bigint := floor(extract(epoch FROM clock_timestamp()));
  -- since 2025
  minute    CONSTANT bigint := seconds / 60 - 28928160;
  -- with the chance of its rest for one more
  more      CONSTANT bigint := CASE WHEN sampled THEN
    greatest(1, (greatest(bytes, 0)::bigint + 256 + (uuid_hash(gen_random_uuid()) & 262143)) >> 18) ELSE 0 END;
  counter   regclass;
  permitted bigint;
  value     bigint;
  so_far    bigint;
  said      text;
BEGIN
  SELECT to_regclass('sminion.load_' || l.id),
         -- that of another database has no policy here
         coalesce((SELECT max(p.log_mb_per_minute) FROM sminion.login p WHERE p.login = session_user), 2000)
  INTO counter, permitted
  FROM sminion.login_load l WHERE l.login = session_user;
  IF NOT FOUND AND NOT EXISTS (SELECT FROM sminion.login p WHERE p.login = session_user) THEN
    -- neither of the policy nor of another database: the DBA let it in by other means
    RETURN true;
  ELSIF counter IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'SG248',
      MESSAGE = format('nothing counts what login `%s` writes to the journal', session_user),
      HINT = 'Run `sminion-guard apply`, or `sminion.keep_log_of` for a login of another database.';
  END IF;
  value := coalesce(pg_sequence_last_value(counter), 0);
  IF value >> 32 < minute THEN
    value := minute << 32;
  END IF;
  so_far := value & 4294967295;
  IF so_far + greatest(more, 1) > permitted * 4 THEN
    said := format('login `%s` has written %s MB to the journal within this minute', session_user, permitted);
    -- From the first refusal on, all until the minute is over; one line of the server's log for it.
    IF so_far < 2147483648 THEN
      PERFORM setval(counter, value | 2147483648);
      PERFORM setval('sminion.load_0'::regclass, (seconds / 60 + 1) * 60);
      RAISE LOG USING ERRCODE = 'SG248', MESSAGE = said;
    END IF;
    RAISE EXCEPTION USING ERRCODE = 'SG248', MESSAGE = said,
      DETAIL = 'The policy in force permits no more (`log_mb_per_minute`).',
      HINT = 'Find out what writes so much (`sminion.journal_minutes`, `sminion.statement_log`); let applications have logins of their own.';
  ELSIF more > 0 THEN
    PERFORM setval(counter, value + more);
    IF (so_far + more) * 5 / permitted > so_far * 5 / permitted THEN
      INSERT INTO sminion.busy_minute (login, minute, megabytes, permitted)
      VALUES (session_user, to_timestamp(seconds / 60 * 60), (so_far + more) / 4, permitted);
    END IF;
  END IF;
  RETURN true;
END
$sminion$;
COMMENT ON FUNCTION sminion.count_journal(integer, boolean) IS
  'counts what a login writes to the journal, and refuses too much; called by row security of the journal';

-- policies/journal_load.sql
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

-- functions/log/begin_load.sql
-- Makes the counter of what a login writes to the journal, where it has none: sminion.login_load.
CREATE FUNCTION sminion.begin_load(login name) RETURNS void
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
#variable_conflict use_column
DECLARE
  number integer := (SELECT l.id FROM sminion.login_load l WHERE l.login = begin_load.login);
BEGIN
  IF number IS NULL THEN
    -- No sequence for these: a rehearsal would take numbers for good.
    INSERT INTO sminion.login_load (id, login)
    SELECT coalesce(max(l.id), 0) + 1, begin_load.login FROM sminion.login_load l
    RETURNING id INTO number;
  END IF;
  IF to_regclass('sminion.load_' || number) IS NULL THEN
    -- It goes with the table, so an extension can be dropped.
    EXECUTE format('CREATE SEQUENCE sminion.%I OWNED BY sminion.login_load.id', 'load_' || number);
    PERFORM sminion.let_dump(to_regclass('sminion.load_' || number));
  END IF;
END
$sminion$;
COMMENT ON FUNCTION sminion.begin_load(name) IS 'makes the counter of what a login writes to the journal';

-- functions/log/keep_log_of.sql
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
      MESSAGE = format('there is no login `%s` in this cluster', coalesce(keep_log_of.login, 'NULL')),
      HINT = 'Create it first, without any other privilege.';
  END IF;
  IF coalesce(btrim(keep_log_of.database), '') = '' OR keep_log_of.system_identifier IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'SG607',
      MESSAGE = 'the database that has the tickets is not named',
      HINT = 'Pass its name and `SELECT system_identifier FROM pg_control_system()` of its cluster.';
  END IF;
  -- Where the tickets are here, they are looked at.
  IF EXISTS (SELECT FROM sminion.login l WHERE l.login = keep_log_of.login) THEN
    RAISE EXCEPTION USING ERRCODE = 'SG607',
      MESSAGE = format('login `%s` has its tickets in this database', keep_log_of.login),
      HINT = 'Use a separate login for the log of another database.';
  END IF;
  PERFORM sminion.begin_log();
  PERFORM sminion.begin_load(keep_log_of.login);
  UPDATE sminion.log_home h SET ended_at = clock_timestamp(), ended_by = session_user
  WHERE h.login = keep_log_of.login AND h.ended_at IS NULL;
  INSERT INTO sminion.log_home (login, database, system_identifier)
  VALUES (keep_log_of.login, keep_log_of.database, keep_log_of.system_identifier)
  RETURNING id INTO home;
  PERFORM sminion.record_act('keep_log_of', jsonb_build_object(
    'login', keep_log_of.login, 'database', keep_log_of.database, 'system_identifier', keep_log_of.system_identifier), NULL);
  EXECUTE format('GRANT USAGE ON SCHEMA sminion TO %I', keep_log_of.login);
  EXECUTE format(
    'GRANT EXECUTE ON ROUTINE sminion.open_log(), sminion.knows_log(bigint, text), sminion.log_shape(jsonb), '
    || 'sminion.maintain(boolean), sminion.maintain_step(text), sminion.count_journal(integer, boolean) TO %I', keep_log_of.login);
  EXECUTE format('GRANT INSERT (writer, first, proof, entries) ON sminion.journal TO %I', keep_log_of.login);
  RETURN home;
END
$sminion$;
COMMENT ON FUNCTION sminion.keep_log_of(name, name, bigint) IS 'this database keeps the log of a login of another one';

-- functions/log/end_log_of.sql
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
  PERFORM sminion.record_act('end_log_of', jsonb_build_object('login', end_log_of.login), NULL);
  EXECUTE format(
    'REVOKE ALL ON ROUTINE sminion.open_log(), sminion.knows_log(bigint, text), sminion.log_shape(jsonb), '
    || 'sminion.maintain(boolean), sminion.maintain_step(text), sminion.count_journal(integer, boolean) FROM %I', end_log_of.login);
  EXECUTE format('REVOKE ALL ON sminion.journal FROM %I', end_log_of.login);
  EXECUTE format('REVOKE ALL ON SCHEMA sminion FROM %I', end_log_of.login);
  RETURN true;
END
$sminion$;
COMMENT ON FUNCTION sminion.end_log_of(name) IS 'this database no longer keeps the log of a login; false if it did not';

-- functions/log/open_log.sql
-- A process begins to write the log of statements: its number and its secret, which proves its rows of the journal
-- (sminion.journal_batches). The row keeps only the secret's hash. Sessions of one login see each other's statements in pg_stat_activity, so a client
-- passes the secret as a bound parameter and never in the text.
--
-- A login that holds purposes in this database has its tickets here, whatever was said of it before.
--
-- At most 100,000 in an hour for each login (SG610), so that no loop fills the table. An application opens one for each
-- process, and another one after an answer of the log was lost for good.
CREATE FUNCTION sminion.open_log(OUT writer bigint, OUT secret text) RETURNS record
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
BEGIN
  IF (SELECT count(*) FROM (
        SELECT FROM sminion.log_writer w
        WHERE w.login = session_user AND w.opened_at > clock_timestamp() - interval '1 hour'
        LIMIT 100000) AS of_late) = 100000
  THEN
    RAISE EXCEPTION USING ERRCODE = 'SG610',
      MESSAGE = format('login `%s` has opened 100000 log writers within an hour', session_user),
      HINT = 'Keep one for each process, as guarded connections do, and find out who opens the others: '
        || '`application` and `client_address` in `sminion.log_writer`.';
  END IF;
  -- two random UUIDs: 244 random bits, hashed once, of which the secret carries 128
  secret := left(encode(sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())), 'hex'), 32);
  INSERT INTO sminion.log_writer AS w (home, secret_hash)
  VALUES (
    (SELECT h.id FROM sminion.log_home h
     WHERE h.login = session_user AND h.ended_at IS NULL
       AND NOT EXISTS (SELECT FROM sminion.login l WHERE l.login = session_user)),
    sha256(convert_to(secret, 'UTF8')))
  RETURNING w.id INTO writer;
END
$sminion$;
COMMENT ON FUNCTION sminion.open_log() IS 'opens a writer of the log for a process; returns its number and secret';

-- functions/log/knows_log.sql
-- Whether the log knows this writer of the login and its secret. A process asks after it has connected anew: a log that was
-- restored may have lost its writer, and then it opens another one.
CREATE FUNCTION sminion.knows_log(writer bigint, secret text) RETURNS boolean
LANGUAGE sql
STABLE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
  SELECT EXISTS (
    SELECT FROM sminion.log_writer w
    WHERE w.id = knows_log.writer AND w.login = session_user AND w.secret_hash = sha256(convert_to(knows_log.secret, 'UTF8')))
$sminion$;
COMMENT ON FUNCTION sminion.knows_log(bigint, text) IS 'whether the log knows a writer of this login';

-- functions/log/log_shape.sql
-- Records a shape of statements; returns its number, which entries of the journal name. A shape that is on
-- record already has a number, whoever recorded it.
--
-- shape: an object: codes, operations, relations, columns, fingerprint, statement.
--
-- The digest is not unique: with a unique index, whoever recorded a common shape and left the transaction open would make
-- every other session wait that records the same one. Two sessions that record it at the same moment make two rows, which
-- say the same.
--
-- At most 256 MB within a day for each login (SG611): shapes are kept for ever, and no loop may fill the disk with them.
CREATE FUNCTION sminion.log_shape(shape jsonb) RETURNS bigint
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  most     CONSTANT bigint := 256 * 1024 * 1024;
  found_id bigint;
  s        record;
  said     bytea;
  hash     bytea;
  before   bigint;
  of_today bigint;
BEGIN
  SELECT sminion.log_texts(r.codes, 50) AS codes, r.operations, sminion.log_texts(r.relations, 200) AS relations,
         sminion.log_texts(r.columns, 1000) AS columns, sminion.log_text(r.fingerprint, 200) AS fingerprint,
         sminion.log_text(r.statement, 8000) AS statement
  INTO s
  FROM jsonb_to_record(log_shape.shape) AS r (
    codes text[], operations text[], relations text[], columns text[], fingerprint text, statement text);
  said := convert_to(to_jsonb(s)::text, 'UTF8');
  hash := sha256(said);
  SELECT h.id INTO found_id FROM sminion.statement_shape h WHERE h.digest = hash ORDER BY h.id LIMIT 1;
  IF found_id IS NOT NULL THEN
    RETURN found_id;
  END IF;

  SELECT h.recorded INTO before FROM sminion.statement_shape h
  WHERE h.login = session_user ORDER BY h.seen_at DESC LIMIT 1;
  before := coalesce(before, 0);
  SELECT before - h.recorded INTO of_today FROM sminion.statement_shape h
  WHERE h.login = session_user AND h.seen_at <= clock_timestamp() - interval '1 day' ORDER BY h.seen_at DESC LIMIT 1;
  IF coalesce(of_today, before) + length(said) > most THEN
    RAISE EXCEPTION USING ERRCODE = 'SG611',
      MESSAGE = format('login `%s` has recorded %s of new forms of statements within a day', session_user,
        pg_size_pretty(coalesce(of_today, before))),
      DETAIL = format('At most %s are taken, since they are kept for ever.', pg_size_pretty(most)),
      HINT = 'Pass values as parameters instead of writing them into the text as names of columns, aliases or tables. '
        || 'Statements whose form is on record go on.';
  END IF;
  -- A log that a crash could lose is none: a login that commits without waiting for the disk waits here.
  IF current_setting('synchronous_commit') = 'off' THEN
    PERFORM set_config('synchronous_commit', 'on', true);
  END IF;
  INSERT INTO sminion.statement_shape AS h (
    digest, recorded, verdict, codes, operations, relations, columns, fingerprint, statement)
  VALUES (
    hash,
    -- with what the row and its entries in indexes take beside the text
    before + length(said) + 300,
    CASE WHEN s.codes = '{}' THEN 'allowed' ELSE 'refused' END, s.codes, s.operations, s.relations, s.columns,
    s.fingerprint, s.statement)
  RETURNING h.id INTO found_id;
  RETURN found_id;
EXCEPTION WHEN data_exception OR integrity_constraint_violation THEN
  RAISE EXCEPTION USING ERRCODE = 'SG605',
    MESSAGE = 'a shape of statements is malformed',
    DETAIL = SQLERRM,
    HINT = 'See sql/functions/log/log_shape.sql.';
END
$sminion$;
COMMENT ON FUNCTION sminion.log_shape(jsonb) IS 'records the shape of a statement once; its number';

-- functions/ddl_guard/suspend_ddl_guard.sql
-- Suspends the DDL guard in this database until a time at most a day away, for work that the policy does not know: the
-- suspension is on record in `ddl_suspension`. It begins when this transaction has committed. In the same one it opens nothing:
-- a rollback would leave no trace of it. Returns until when.
CREATE FUNCTION sminion.suspend_ddl_guard(reason text, until timestamptz) RETURNS timestamptz
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
SET datestyle = 'ISO'
AS $sminion$
DECLARE
  why text := sminion.require_reason(suspend_ddl_guard.reason);
BEGIN
  IF suspend_ddl_guard.until IS NULL OR suspend_ddl_guard.until <= clock_timestamp()
     OR suspend_ddl_guard.until > clock_timestamp() + interval '24 hours' THEN
    RAISE EXCEPTION USING ERRCODE = 'SG479',
      MESSAGE = 'the DDL guard can be suspended for a day at most',
      DETAIL = format('Asked for: until %s.', coalesce(suspend_ddl_guard.until::text, 'NULL')),
      HINT = 'Pass a time in the future, such as now() + interval ''1 hour''.';
  END IF;
  INSERT INTO sminion.ddl_suspension (reason, until) VALUES (why, suspend_ddl_guard.until);
  EXECUTE format('COMMENT ON TABLE sminion.ddl_suspension IS %L', format('suspended until %s in transaction %s',
    replace(suspend_ddl_guard.until::text, ' ', 'T'), pg_current_xact_id()));
  RETURN suspend_ddl_guard.until;
END
$sminion$;
COMMENT ON FUNCTION sminion.suspend_ddl_guard(text, timestamptz) IS
  'from the next transaction on, and until a time at most a day away, DDL may weaken what protects the tables';

-- functions/ddl_guard/resume_ddl_guard.sql
-- Ends a suspension of the DDL guard before its time.
CREATE FUNCTION sminion.resume_ddl_guard(reason text) RETURNS void
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
BEGIN
  INSERT INTO sminion.ddl_suspension (reason) VALUES (sminion.require_reason(resume_ddl_guard.reason));
  COMMENT ON TABLE sminion.ddl_suspension IS 'the DDL guard is not suspended';
END
$sminion$;
COMMENT ON FUNCTION sminion.resume_ddl_guard(text) IS 'ends a suspension of the DDL guard';

-- functions/ddl_guard/ddl_on_tables.sql
-- Event trigger: tables that were made or altered. A protected one must be as the guard made it; a parent of one, or a child,
-- must be guarded too; and a new table of a protected schema is closed until a policy names it.
--
-- Like all functions of the DDL guard it runs as whoever trips it, a superuser too. So it belongs to a superuser (see
-- ddl_guard.sql), reads nothing but system catalogs, calls nothing but pg_catalog, and changes only the table just made.
-- What is guarded is told by a policy that calls a function of the guard: such a policy can only be made by a migration.
CREATE FUNCTION sminion.ddl_on_tables() RETURNS event_trigger
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
AS $sminion$
DECLARE
  made    record;
  guarded boolean;
  fault   text;
  loose   regclass;
BEGIN
  -- A migration of the guard, or a suspension that was committed: see sminion.ddl_migration.
  IF EXISTS (
    SELECT FROM pg_namespace n
    JOIN pg_class c ON c.relnamespace = n.oid AND c.relname IN ('ddl_migration', 'ddl_suspension')
    JOIN pg_description d ON d.objoid = c.oid AND d.classoid = 'pg_class'::regclass AND d.objsubid = 0
    WHERE n.nspname = 'sminion' AND CASE
      WHEN c.relname = 'ddl_migration' THEN d.description = 'migration in transaction ' || pg_current_xact_id()
        -- Or a superuser's pg_restore, where the event triggers come before what they protect: see extension/end.sql.
        OR (d.description = 'a dump is being restored' AND current_setting('row_security') = 'off'
          AND (SELECT r.rolsuper FROM pg_roles r WHERE r.rolname = current_user))
      WHEN d.description LIKE 'suspended until %' THEN
        split_part(d.description, ' ', 3)::timestamptz > clock_timestamp()
        AND split_part(d.description, ' ', 6) <> pg_current_xact_id()::text
      ELSE false END)
  THEN
    RETURN;
  END IF;
  FOR made IN
    SELECT c.oid, c.oid::regclass AS name, c.relnamespace, c.relispartition,
           bool_or(e.command_tag NOT LIKE 'ALTER %' AND NOT e.in_extension) AS new
    FROM pg_event_trigger_ddl_commands() e
    JOIN pg_class c ON e.classid = 'pg_class'::regclass AND c.oid = e.objid
    WHERE c.relkind IN ('r', 'p', 'f') AND c.relpersistence <> 't'
    GROUP BY c.oid
  LOOP
    -- A question of its own: as a part of the one before, it was asked of all tables, which took milliseconds.
    guarded := EXISTS (
      SELECT FROM pg_policy gp
      JOIN pg_depend gd ON gd.classid = 'pg_policy'::regclass AND gd.objid = gp.oid AND gd.refclassid = 'pg_proc'::regclass
      JOIN pg_proc gf ON gf.oid = gd.refobjid JOIN pg_namespace gn ON gn.oid = gf.pronamespace
      WHERE gp.polrelid = made.oid AND gp.polname IN ('guard_others', 'guard_floor') AND gn.nspname = 'sminion');
    IF guarded THEN
      SELECT CASE
        WHEN NOT (c.relrowsecurity AND c.relforcerowsecurity) THEN 'its row security would not be enabled and forced'
        WHEN EXISTS (
          SELECT FROM pg_trigger t JOIN pg_proc f ON f.oid = t.tgfoid JOIN pg_namespace g ON g.oid = f.pronamespace
          WHERE t.tgrelid = c.oid AND g.nspname = 'sminion' AND t.tgenabled <> 'A') THEN 'a trigger of the guard would be disabled'
        WHEN EXISTS (SELECT FROM pg_trigger t WHERE t.tgrelid = c.oid AND t.tgname = '~guard_row')
          AND NOT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'guard_mask')
          THEN 'its column `guard_mask` would have another name'
        WHEN c.relowner <> ALL (o.polroles) THEN format('it would belong to `%s`', pg_get_userbyid(c.relowner))
        WHEN obj_description(o.oid, 'pg_policy') <> format('sminion_guard: %I.%I', n.nspname, c.relname)
          THEN 'the policy knows it by another name'
        END INTO fault
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      LEFT JOIN pg_policy o ON o.polrelid = c.oid AND o.polname = 'guard_others'
      WHERE c.oid = made.oid;
      IF fault IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'SG470',
          MESSAGE = format('`%s` is a protected table, and the statement would weaken it', made.name),
          DETAIL = format('After it, %s.', fault),
          HINT = 'Change the policy and apply it; or let an officer call sminion.suspend_ddl_guard(reason, until) before.';
      END IF;
    ELSIF EXISTS (
      SELECT FROM pg_policy u JOIN pg_class c ON c.oid = u.polrelid
      WHERE u.polrelid = made.oid AND u.polname = 'guard_untagged' AND NOT (c.relrowsecurity AND c.relforcerowsecurity))
    THEN
      RAISE EXCEPTION USING ERRCODE = 'SG470',
        MESSAGE = format('`%s` is closed until a policy names it, and the statement would open it', made.name),
        HINT = 'Name it in the policy and apply it; or let an officer call sminion.suspend_ddl_guard(reason, until) before.';
    END IF;

    -- Row security of a parent is that of its parent, and a child is written without the triggers of its parent.
    IF EXISTS (SELECT FROM pg_inherits i WHERE i.inhrelid = made.oid OR i.inhparent = made.oid) THEN
      SELECT i.other::regclass INTO loose
      FROM (
        SELECT h.inhrelid AS other, NOT c.relispartition AS plain, false AS above
        FROM pg_inherits h JOIN pg_class c ON c.oid = h.inhrelid WHERE h.inhparent = made.oid
        UNION ALL
        SELECT h.inhparent, NOT c.relispartition, true
        FROM pg_inherits h JOIN pg_class c ON c.oid = h.inhrelid WHERE h.inhrelid = made.oid
      ) i
      WHERE (i.plain OR guarded = i.above)
        AND guarded <> EXISTS (
          SELECT FROM pg_policy gp
          JOIN pg_depend gd ON gd.classid = 'pg_policy'::regclass AND gd.objid = gp.oid AND gd.refclassid = 'pg_proc'::regclass
          JOIN pg_proc gf ON gf.oid = gd.refobjid JOIN pg_namespace gn ON gn.oid = gf.pronamespace
          WHERE gp.polrelid = i.other AND gp.polname IN ('guard_others', 'guard_floor') AND gn.nspname = 'sminion')
      LIMIT 1;
    ELSE
      loose := NULL;
    END IF;
    IF loose IS NOT NULL THEN
      RAISE EXCEPTION USING ERRCODE = 'SG471',
        MESSAGE = CASE WHEN guarded THEN format('protected table `%s` and `%s`, which is not, would share rows', made.name, loose)
          ELSE format('protected table `%s` and `%s`, which is not, would share rows', loose, made.name) END,
        DETAIL = 'Through a parent rows are read without the row security of its children, and a child is written without '
          || 'the triggers of its parent.',
        HINT = 'Let them share no rows; or let an officer call sminion.suspend_ddl_guard(reason, until) before.';
    END IF;

    -- CASE: so that only policies of the schema are looked at closely.
    CONTINUE WHEN NOT guarded AND (NOT made.new OR NOT EXISTS (
      SELECT FROM pg_policy y JOIN pg_class k ON k.oid = y.polrelid
      WHERE y.polname = 'guard_others' AND CASE WHEN k.relnamespace = made.relnamespace THEN EXISTS (
          SELECT FROM pg_policy gp
          JOIN pg_depend gd ON gd.classid = 'pg_policy'::regclass AND gd.objid = gp.oid AND gd.refclassid = 'pg_proc'::regclass
          JOIN pg_proc gf ON gf.oid = gd.refobjid JOIN pg_namespace gn ON gn.oid = gf.pronamespace
          WHERE gp.polrelid = k.oid AND gp.polname IN ('guard_others', 'guard_floor') AND gn.nspname = 'sminion') ELSE false END
    ) AND NOT (made.relispartition AND EXISTS (
      SELECT FROM pg_partition_ancestors(made.oid) a WHERE EXISTS (
          SELECT FROM pg_policy gp
          JOIN pg_depend gd ON gd.classid = 'pg_policy'::regclass AND gd.objid = gp.oid AND gd.refclassid = 'pg_proc'::regclass
          JOIN pg_proc gf ON gf.oid = gd.refobjid JOIN pg_namespace gn ON gn.oid = gf.pronamespace
          WHERE gp.polrelid = a.relid AND gp.polname IN ('guard_others', 'guard_floor') AND gn.nspname = 'sminion')
    )));
    FOR loose IN
      SELECT c.oid::regclass FROM pg_class c
      WHERE c.oid IN (SELECT made.oid WHERE NOT guarded UNION ALL SELECT i.inhrelid FROM pg_inherits i WHERE guarded AND i.inhparent = made.oid)
        AND NOT (c.relrowsecurity AND c.relforcerowsecurity) AND c.relkind IN ('r', 'p')
    LOOP
      -- The permissive one is needed for the other to be asked. A constant, so that it raises while a statement is planned.
      EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', loose);
      EXECUTE format('CREATE POLICY guard_untagged ON %s AS RESTRICTIVE USING ((%L::text)::boolean)', loose,
        format('%s is closed until a privacy policy names it (SG470)', loose));
      EXECUTE format('CREATE POLICY guard_untagged_refused ON %s USING (false)', loose);
    END LOOP;
  END LOOP;
END
$sminion$;
COMMENT ON FUNCTION sminion.ddl_on_tables() IS 'refuses DDL that weakens protected tables, and closes new ones';

-- functions/ddl_guard/ddl_on_views.sql
-- Event trigger: views and materialized views that were made or altered. A view over a protected table must read as its caller:
-- else it reads with the privileges and policies of its owner. A materialized view keeps what its owner saw, for everybody.
-- Temporary ones are for their own session.
CREATE FUNCTION sminion.ddl_on_views() RETURNS event_trigger
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
AS $sminion$
DECLARE
  made record;
BEGIN
  -- A migration of the guard, or a suspension that was committed: see sminion.ddl_migration.
  IF EXISTS (
    SELECT FROM pg_namespace n
    JOIN pg_class c ON c.relnamespace = n.oid AND c.relname IN ('ddl_migration', 'ddl_suspension')
    JOIN pg_description d ON d.objoid = c.oid AND d.classoid = 'pg_class'::regclass AND d.objsubid = 0
    WHERE n.nspname = 'sminion' AND CASE
      WHEN c.relname = 'ddl_migration' THEN d.description = 'migration in transaction ' || pg_current_xact_id()
        -- Or a superuser's pg_restore, where the event triggers come before what they protect: see extension/end.sql.
        OR (d.description = 'a dump is being restored' AND current_setting('row_security') = 'off'
          AND (SELECT r.rolsuper FROM pg_roles r WHERE r.rolname = current_user))
      WHEN d.description LIKE 'suspended until %' THEN
        split_part(d.description, ' ', 3)::timestamptz > clock_timestamp()
        AND split_part(d.description, ' ', 6) <> pg_current_xact_id()::text
      ELSE false END)
  THEN
    RETURN;
  END IF;
  FOR made IN
    WITH RECURSIVE below (view, kind, relation) AS (
      SELECT c.oid, c.relkind, c.oid
      FROM pg_event_trigger_ddl_commands() e
      JOIN pg_class c ON e.classid = 'pg_class'::regclass AND c.oid = e.objid
      WHERE c.relpersistence <> 't' AND (c.relkind = 'm' OR (c.relkind = 'v' AND NOT EXISTS (
        SELECT FROM pg_options_to_table(c.reloptions) o WHERE o.option_name = 'security_invoker' AND o.option_value::boolean)))
      UNION
      -- A view below another one reads as it says itself; a materialized view keeps what comes from anywhere.
      SELECT b.view, b.kind, k.oid
      FROM below b
      JOIN pg_rewrite w ON w.ev_class = b.relation AND (b.kind = 'm' OR b.relation = b.view)
      JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = w.oid AND d.refclassid = 'pg_class'::regclass
      JOIN pg_class k ON k.oid = d.refobjid
    )
    SELECT b.view::regclass AS view, b.kind, b.relation::regclass AS relation FROM below b
    WHERE b.relation <> b.view AND EXISTS (
        SELECT FROM pg_policy gp
        JOIN pg_depend gd ON gd.classid = 'pg_policy'::regclass AND gd.objid = gp.oid AND gd.refclassid = 'pg_proc'::regclass
        JOIN pg_proc gf ON gf.oid = gd.refobjid JOIN pg_namespace gn ON gn.oid = gf.pronamespace
        WHERE gp.polrelid = b.relation AND gp.polname IN ('guard_others', 'guard_floor') AND gn.nspname = 'sminion')
  LOOP
    RAISE EXCEPTION USING ERRCODE = 'SG472',
      MESSAGE = CASE made.kind WHEN 'm' THEN format('materialized view `%s` would keep rows of protected table `%s`', made.view, made.relation)
        ELSE format('view `%s` would read protected table `%s` as its owner', made.view, made.relation) END,
      DETAIL = 'No ticket, block or consent of whoever reads it would count.',
      HINT = CASE made.kind WHEN 'm' THEN 'Use a view WITH (security_invoker)' ELSE 'Make it WITH (security_invoker)' END
        || '; or let an officer call sminion.suspend_ddl_guard(reason, until) before.';
  END LOOP;
END
$sminion$;
COMMENT ON FUNCTION sminion.ddl_on_views() IS 'refuses views over protected tables that do not read as their caller';

-- functions/ddl_guard/ddl_on_policies.sql
-- Event trigger: row security policies and triggers that were made or altered, and comments on policies. On a protected table
-- there are none but the guard's and those that a policy adopts; a trigger that fires after the guard's could change the mask
-- that it computed. Elsewhere no policy may call a function of the guard: that is how the guard knows its own tables.
CREATE FUNCTION sminion.ddl_on_policies() RETURNS event_trigger
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
AS $sminion$
DECLARE
  made record;
BEGIN
  -- A migration of the guard, or a suspension that was committed: see sminion.ddl_migration.
  IF EXISTS (
    SELECT FROM pg_namespace n
    JOIN pg_class c ON c.relnamespace = n.oid AND c.relname IN ('ddl_migration', 'ddl_suspension')
    JOIN pg_description d ON d.objoid = c.oid AND d.classoid = 'pg_class'::regclass AND d.objsubid = 0
    WHERE n.nspname = 'sminion' AND CASE
      WHEN c.relname = 'ddl_migration' THEN d.description = 'migration in transaction ' || pg_current_xact_id()
        -- Or a superuser's pg_restore, where the event triggers come before what they protect: see extension/end.sql.
        OR (d.description = 'a dump is being restored' AND current_setting('row_security') = 'off'
          AND (SELECT r.rolsuper FROM pg_roles r WHERE r.rolname = current_user))
      WHEN d.description LIKE 'suspended until %' THEN
        split_part(d.description, ' ', 3)::timestamptz > clock_timestamp()
        AND split_part(d.description, ' ', 6) <> pg_current_xact_id()::text
      ELSE false END)
  THEN
    RETURN;
  END IF;
  FOR made IN
    SELECT c.oid::regclass AS relation, y.polname AS name, 'policy' AS kind
    FROM pg_event_trigger_ddl_commands() e
    JOIN pg_policy y ON e.classid = 'pg_policy'::regclass AND y.oid = e.objid
    JOIN pg_class c ON c.oid = y.polrelid
    WHERE (e.command_tag <> 'COMMENT' OR y.polname = 'guard_others')
      AND ((e.command_tag = 'ALTER POLICY' AND EXISTS (
          SELECT FROM pg_policy u WHERE u.polrelid = c.oid AND u.polname IN ('guard_untagged', 'guard_untagged_refused')))
        -- Altered, `guard_others` calls no function of the guard any more, and nothing else would know the table.
        OR (e.command_tag = 'ALTER POLICY' AND EXISTS (
          SELECT FROM pg_policy o
          WHERE o.polrelid = c.oid AND o.polname = 'guard_others' AND obj_description(o.oid, 'pg_policy') LIKE 'sminion\_guard: %'))
        OR EXISTS (
        SELECT FROM pg_policy gp
        JOIN pg_depend gd ON gd.classid = 'pg_policy'::regclass AND gd.objid = gp.oid AND gd.refclassid = 'pg_proc'::regclass
        JOIN pg_proc gf ON gf.oid = gd.refobjid JOIN pg_namespace gn ON gn.oid = gf.pronamespace
        WHERE gp.polrelid = c.oid AND gp.polname IN ('guard_others', 'guard_floor') AND gn.nspname = 'sminion')
        OR EXISTS (
          SELECT FROM pg_depend d JOIN pg_proc f ON f.oid = d.refobjid JOIN pg_namespace g ON g.oid = f.pronamespace
          WHERE d.classid = 'pg_policy'::regclass AND d.objid = y.oid AND d.refclassid = 'pg_proc'::regclass AND g.nspname = 'sminion'))
    UNION ALL
    SELECT t.tgrelid::regclass, t.tgname, 'trigger'
    FROM pg_event_trigger_ddl_commands() e
    JOIN pg_trigger t ON e.classid = 'pg_trigger'::regclass AND t.oid = e.objid AND e.command_tag <> 'COMMENT'
    JOIN pg_proc p ON p.oid = t.tgfoid JOIN pg_namespace n ON n.oid = p.pronamespace
    WHERE (t.tgname::text COLLATE "C" >= '~guard' OR n.nspname = 'sminion')
      AND EXISTS (
        SELECT FROM pg_policy gp
        JOIN pg_depend gd ON gd.classid = 'pg_policy'::regclass AND gd.objid = gp.oid AND gd.refclassid = 'pg_proc'::regclass
        JOIN pg_proc gf ON gf.oid = gd.refobjid JOIN pg_namespace gn ON gn.oid = gf.pronamespace
        WHERE gp.polrelid = t.tgrelid AND gp.polname IN ('guard_others', 'guard_floor') AND gn.nspname = 'sminion')
  LOOP
    RAISE EXCEPTION USING ERRCODE = 'SG473',
      MESSAGE = format('%s `%s` on `%s` would not be the guard''s', made.kind, made.name, made.relation),
      DETAIL = CASE made.kind WHEN 'trigger' THEN 'It would take the place of a trigger of the guard, or fire after it.'
        ELSE 'Row security of protected tables, and policies that call functions of the guard, come from the privacy policy.' END,
      HINT = CASE made.kind WHEN 'trigger' THEN 'Give it a name before `~`' ELSE 'Adopt it by `adopt_policies` of its table' END
        || '; or let an officer call sminion.suspend_ddl_guard(reason, until) before.';
  END LOOP;
END
$sminion$;
COMMENT ON FUNCTION sminion.ddl_on_policies() IS 'refuses policies and triggers on protected tables that are not the guard and take its place';

-- functions/ddl_guard/ddl_on_grants.sql
-- Event trigger: after a GRANT, whoever holds anything on a protected table must be known to row security: a compartment, or a
-- role that `guard_others` refuses. PostgreSQL does not tell what a GRANT was about, so the tables are asked whose privileges
-- changed in this transaction, or in one that began after it.
CREATE FUNCTION sminion.ddl_on_grants() RETURNS event_trigger
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
AS $sminion$
DECLARE
  held record;
BEGIN
  -- A migration of the guard, or a suspension that was committed: see sminion.ddl_migration.
  IF EXISTS (
    SELECT FROM pg_namespace n
    JOIN pg_class c ON c.relnamespace = n.oid AND c.relname IN ('ddl_migration', 'ddl_suspension')
    JOIN pg_description d ON d.objoid = c.oid AND d.classoid = 'pg_class'::regclass AND d.objsubid = 0
    WHERE n.nspname = 'sminion' AND CASE
      WHEN c.relname = 'ddl_migration' THEN d.description = 'migration in transaction ' || pg_current_xact_id()
        -- Or a superuser's pg_restore, where the event triggers come before what they protect: see extension/end.sql.
        OR (d.description = 'a dump is being restored' AND current_setting('row_security') = 'off'
          AND (SELECT r.rolsuper FROM pg_roles r WHERE r.rolname = current_user))
      WHEN d.description LIKE 'suspended until %' THEN
        split_part(d.description, ' ', 3)::timestamptz > clock_timestamp()
        AND split_part(d.description, ' ', 6) <> pg_current_xact_id()::text
      ELSE false END)
  THEN
    RETURN;
  END IF;
  FOR held IN
    SELECT c.oid::regclass AS relation, CASE a.grantee WHEN 0 THEN 'everybody' ELSE format('`%s`', pg_get_userbyid(a.grantee)) END AS whose
    FROM pg_policy o
    JOIN pg_class c ON c.oid = o.polrelid
    CROSS JOIN LATERAL (
      SELECT x.grantee FROM aclexplode(c.relacl) x WHERE age(c.xmin) <= age(pg_current_xact_id()::xid)
      UNION ALL
      SELECT x.grantee FROM pg_attribute t CROSS JOIN LATERAL aclexplode(t.attacl) x
      WHERE t.attrelid = c.oid AND age(t.xmin) <= age(pg_current_xact_id()::xid)
    ) a
    WHERE o.polname = 'guard_others' AND a.grantee <> c.relowner
      AND NOT EXISTS (
        SELECT FROM pg_policy y
        WHERE y.polrelid = c.oid AND starts_with(y.polname::text, 'guard_') AND a.grantee = ANY (y.polroles) AND a.grantee <> 0)
      AND EXISTS (
        SELECT FROM pg_policy gp
        JOIN pg_depend gd ON gd.classid = 'pg_policy'::regclass AND gd.objid = gp.oid AND gd.refclassid = 'pg_proc'::regclass
        JOIN pg_proc gf ON gf.oid = gd.refobjid JOIN pg_namespace gn ON gn.oid = gf.pronamespace
        WHERE gp.polrelid = c.oid AND gp.polname IN ('guard_others', 'guard_floor') AND gn.nspname = 'sminion')
  LOOP
    RAISE EXCEPTION USING ERRCODE = 'SG474',
      MESSAGE = format('%s would get privileges on protected table `%s`', held.whose, held.relation),
      DETAIL = 'Row security does not name this role.',
      HINT = 'Give it a purpose in the policy; or let an officer call sminion.suspend_ddl_guard(reason, until), grant it, and '
        || 'run `sminion-guard apply`.';
  END LOOP;
END
$sminion$;
COMMENT ON FUNCTION sminion.ddl_on_grants() IS 'refuses privileges on protected tables for roles that row security does not name';

-- functions/ddl_guard/ddl_on_routines.sql
-- Event trigger: functions that act with the rights of somebody above row security, and whose text names a protected table. A body
-- that finds its tables in another way is not seen here: `plan` names all that everybody or a login may call (SG434).
CREATE FUNCTION sminion.ddl_on_routines() RETURNS event_trigger
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
AS $sminion$
DECLARE
  made record;
BEGIN
  -- A migration of the guard, or a suspension that was committed: see sminion.ddl_migration.
  IF EXISTS (
    SELECT FROM pg_namespace n
    JOIN pg_class c ON c.relnamespace = n.oid AND c.relname IN ('ddl_migration', 'ddl_suspension')
    JOIN pg_description d ON d.objoid = c.oid AND d.classoid = 'pg_class'::regclass AND d.objsubid = 0
    WHERE n.nspname = 'sminion' AND CASE
      WHEN c.relname = 'ddl_migration' THEN d.description = 'migration in transaction ' || pg_current_xact_id()
        -- Or a superuser's pg_restore, where the event triggers come before what they protect: see extension/end.sql.
        OR (d.description = 'a dump is being restored' AND current_setting('row_security') = 'off'
          AND (SELECT r.rolsuper FROM pg_roles r WHERE r.rolname = current_user))
      WHEN d.description LIKE 'suspended until %' THEN
        split_part(d.description, ' ', 3)::timestamptz > clock_timestamp()
        AND split_part(d.description, ' ', 6) <> pg_current_xact_id()::text
      ELSE false END)
  THEN
    RETURN;
  END IF;
  FOR made IN
    SELECT p.oid::regprocedure AS name, pg_get_userbyid(p.proowner) AS owner, o.polrelid::regclass AS relation
    FROM pg_event_trigger_ddl_commands() e
    JOIN pg_proc p ON e.classid = 'pg_proc'::regclass AND p.oid = e.objid
    JOIN pg_roles r ON r.oid = p.proowner
    JOIN pg_namespace s ON s.oid = p.pronamespace
    JOIN pg_policy o ON o.polname = 'guard_others'
    JOIN pg_class c ON c.oid = o.polrelid
    JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE p.prosecdef AND (r.rolsuper OR r.rolbypassrls) AND NOT e.in_extension AND s.nspname <> 'sminion'
      AND (EXISTS (
             SELECT FROM pg_depend d
             WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.refclassid = 'pg_class'::regclass AND d.refobjid = c.oid)
           OR (strpos(lower(p.prosrc), lower(c.relname)) > 0
               AND strpos(lower(concat_ws(' ', p.prosrc, p.proconfig::text, s.nspname)), lower(n.nspname)) > 0))
      AND EXISTS (
        SELECT FROM pg_policy gp
        JOIN pg_depend gd ON gd.classid = 'pg_policy'::regclass AND gd.objid = gp.oid AND gd.refclassid = 'pg_proc'::regclass
        JOIN pg_proc gf ON gf.oid = gd.refobjid JOIN pg_namespace gn ON gn.oid = gf.pronamespace
        WHERE gp.polrelid = c.oid AND gp.polname IN ('guard_others', 'guard_floor') AND gn.nspname = 'sminion')
  LOOP
    RAISE EXCEPTION USING ERRCODE = 'SG475',
      MESSAGE = format('function `%s` would read or write protected table `%s` as `%s`', made.name, made.relation, made.owner),
      DETAIL = 'It acts as its owner, to whom no row security applies.',
      HINT = 'Make it SECURITY INVOKER, or give it to another role; or let an officer call '
        || 'sminion.suspend_ddl_guard(reason, until) before.';
  END LOOP;
END
$sminion$;
COMMENT ON FUNCTION sminion.ddl_on_routines() IS 'refuses definer functions above row security that name protected tables';

-- functions/ddl_guard/ddl_on_publications.sql
-- Event trigger: publications. Whoever subscribes to a protected table gets all its rows: no ticket and no policy applies.
CREATE FUNCTION sminion.ddl_on_publications() RETURNS event_trigger
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
AS $sminion$
DECLARE
  made record;
BEGIN
  -- A migration of the guard, or a suspension that was committed: see sminion.ddl_migration.
  IF EXISTS (
    SELECT FROM pg_namespace n
    JOIN pg_class c ON c.relnamespace = n.oid AND c.relname IN ('ddl_migration', 'ddl_suspension')
    JOIN pg_description d ON d.objoid = c.oid AND d.classoid = 'pg_class'::regclass AND d.objsubid = 0
    WHERE n.nspname = 'sminion' AND CASE
      WHEN c.relname = 'ddl_migration' THEN d.description = 'migration in transaction ' || pg_current_xact_id()
        -- Or a superuser's pg_restore, where the event triggers come before what they protect: see extension/end.sql.
        OR (d.description = 'a dump is being restored' AND current_setting('row_security') = 'off'
          AND (SELECT r.rolsuper FROM pg_roles r WHERE r.rolname = current_user))
      WHEN d.description LIKE 'suspended until %' THEN
        split_part(d.description, ' ', 3)::timestamptz > clock_timestamp()
        AND split_part(d.description, ' ', 6) <> pg_current_xact_id()::text
      ELSE false END)
  THEN
    RETURN;
  END IF;
  FOR made IN
    SELECT p.pubname, c.oid::regclass AS relation
    FROM (
      SELECT CASE e.classid
        WHEN 'pg_publication'::regclass THEN e.objid
        WHEN 'pg_publication_rel'::regclass THEN (SELECT r.prpubid FROM pg_publication_rel r WHERE r.oid = e.objid)
        ELSE (SELECT s.pnpubid FROM pg_publication_namespace s WHERE s.oid = e.objid) END
      FROM pg_event_trigger_ddl_commands() e
    ) AS x (oid)
    JOIN pg_publication p ON p.oid = x.oid
    JOIN pg_publication_tables t ON t.pubname = p.pubname
    JOIN pg_namespace n ON n.nspname = t.schemaname
    JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = t.tablename
    WHERE EXISTS (
        SELECT FROM pg_policy gp
        JOIN pg_depend gd ON gd.classid = 'pg_policy'::regclass AND gd.objid = gp.oid AND gd.refclassid = 'pg_proc'::regclass
        JOIN pg_proc gf ON gf.oid = gd.refobjid JOIN pg_namespace gn ON gn.oid = gf.pronamespace
        WHERE gp.polrelid = c.oid AND gp.polname IN ('guard_others', 'guard_floor') AND gn.nspname = 'sminion')
  LOOP
    RAISE EXCEPTION USING ERRCODE = 'SG476',
      MESSAGE = format('publication `%s` would carry protected table `%s`', made.pubname, made.relation),
      DETAIL = 'A subscriber gets all rows, of blocked people too.',
      HINT = 'Leave it out, or protect the subscriber by a policy too and let an officer call '
        || 'sminion.suspend_ddl_guard(reason, until) before.';
  END LOOP;
END
$sminion$;
COMMENT ON FUNCTION sminion.ddl_on_publications() IS 'refuses publications of protected tables';

-- functions/ddl_guard/ddl_on_guard.sql
-- Event trigger: schema `sminion` itself, and the schemas of protected tables. Only the guard's own functions and its migrations
-- change what is in `sminion`; a protected schema keeps its name and its owner.
CREATE FUNCTION sminion.ddl_on_guard() RETURNS event_trigger
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
AS $sminion$
DECLARE
  made record;
BEGIN
  -- A migration of the guard, or a suspension that was committed: see sminion.ddl_migration.
  IF EXISTS (
    SELECT FROM pg_namespace n
    JOIN pg_class c ON c.relnamespace = n.oid AND c.relname IN ('ddl_migration', 'ddl_suspension')
    JOIN pg_description d ON d.objoid = c.oid AND d.classoid = 'pg_class'::regclass AND d.objsubid = 0
    WHERE n.nspname = 'sminion' AND CASE
      WHEN c.relname = 'ddl_migration' THEN d.description = 'migration in transaction ' || pg_current_xact_id()
        -- Or a superuser's pg_restore, where the event triggers come before what they protect: see extension/end.sql.
        OR (d.description = 'a dump is being restored' AND current_setting('row_security') = 'off'
          AND (SELECT r.rolsuper FROM pg_roles r WHERE r.rolname = current_user))
      WHEN d.description LIKE 'suspended until %' THEN
        split_part(d.description, ' ', 3)::timestamptz > clock_timestamp()
        AND split_part(d.description, ' ', 6) <> pg_current_xact_id()::text
      ELSE false END)
  THEN
    RETURN;
  END IF;
  FOR made IN
    SELECT e.object_identity AS name, e.classid = 'pg_namespace'::regclass AND e.schema_name IS DISTINCT FROM 'sminion'
             AND e.object_identity <> 'sminion' AS schema
    FROM pg_event_trigger_ddl_commands() e
    WHERE (e.schema_name = 'sminion' AND current_user <> 'sminion_owner')
       OR (e.classid = 'pg_namespace'::regclass AND e.command_tag = 'ALTER SCHEMA' AND (e.object_identity = 'sminion' OR EXISTS (
         SELECT FROM pg_policy o JOIN pg_class c ON c.oid = o.polrelid
         WHERE o.polname = 'guard_others' AND c.relnamespace = e.objid
           AND EXISTS (
             SELECT FROM pg_policy gp
             JOIN pg_depend gd ON gd.classid = 'pg_policy'::regclass AND gd.objid = gp.oid AND gd.refclassid = 'pg_proc'::regclass
             JOIN pg_proc gf ON gf.oid = gd.refobjid JOIN pg_namespace gn ON gn.oid = gf.pronamespace
             WHERE gp.polrelid = c.oid AND gp.polname IN ('guard_others', 'guard_floor') AND gn.nspname = 'sminion'))))
  LOOP
    RAISE EXCEPTION USING ERRCODE = 'SG477',
      MESSAGE = CASE WHEN made.schema THEN format('schema `%s` holds protected tables, and would get another name or owner', made.name)
        ELSE format('`%s` is the guard''s own', made.name) END,
      DETAIL = CASE WHEN made.schema THEN 'The policy knows the schema by its name.' ELSE 'What protects the tables stands on it.' END,
      HINT = 'Let an officer call sminion.suspend_ddl_guard(reason, until) before; `sminion-guard plan` tells what changed.';
  END LOOP;
END
$sminion$;
COMMENT ON FUNCTION sminion.ddl_on_guard() IS 'refuses changes of the guard itself, and of the schemas of protected tables';

-- functions/ddl_guard/ddl_drops.sql
-- Event trigger: what was dropped. A protected table may go as a whole; of one that stays, no policy, trigger, column or index of
-- the guard goes, and nothing in schema `sminion`.
CREATE FUNCTION sminion.ddl_drops() RETURNS event_trigger
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
AS $sminion$
DECLARE
  gone record;
BEGIN
  -- A migration of the guard, or a suspension that was committed: see sminion.ddl_migration.
  IF EXISTS (
    SELECT FROM pg_namespace n
    JOIN pg_class c ON c.relnamespace = n.oid AND c.relname IN ('ddl_migration', 'ddl_suspension')
    JOIN pg_description d ON d.objoid = c.oid AND d.classoid = 'pg_class'::regclass AND d.objsubid = 0
    WHERE n.nspname = 'sminion' AND CASE
      WHEN c.relname = 'ddl_migration' THEN d.description = 'migration in transaction ' || pg_current_xact_id()
        -- Or a superuser's pg_restore, where the event triggers come before what they protect: see extension/end.sql.
        OR (d.description = 'a dump is being restored' AND current_setting('row_security') = 'off'
          AND (SELECT r.rolsuper FROM pg_roles r WHERE r.rolname = current_user))
      WHEN d.description LIKE 'suspended until %' THEN
        split_part(d.description, ' ', 3)::timestamptz > clock_timestamp()
        AND split_part(d.description, ' ', 6) <> pg_current_xact_id()::text
      ELSE false END)
  THEN
    RETURN;
  END IF;
  FOR gone IN
    SELECT e.object_identity AS name, e.object_type AS kind,
           e.schema_name IS NOT DISTINCT FROM 'sminion' OR (e.object_type = 'schema' AND e.object_identity = 'sminion') AS own
    FROM pg_event_trigger_dropped_objects() e
    WHERE NOT e.is_temporary AND CASE
      WHEN e.schema_name = 'sminion' OR (e.object_type = 'schema' AND e.object_identity = 'sminion') THEN current_user <> 'sminion_owner'
      WHEN (e.object_type = 'policy' AND starts_with(e.address_names[3], 'guard_'))
        OR (e.object_type = 'trigger' AND starts_with(e.address_names[3], '~guard'))
        OR (e.object_type = 'table column' AND e.address_names[3] IN ('guard_mask', 'guard_subject'))
        OR (e.object_type = 'index' AND e.address_names[2] LIKE '%\_guard\_subject\_idx')
      THEN EXISTS (
        SELECT FROM pg_namespace n JOIN pg_class c ON c.relnamespace = n.oid
        WHERE n.nspname = e.address_names[1]
          AND c.relname = CASE e.object_type WHEN 'index' THEN regexp_replace(e.address_names[2], '_guard_subject_idx$', '')
                                             ELSE e.address_names[2] END
          AND (EXISTS (
              SELECT FROM pg_policy y WHERE y.polrelid = c.oid AND y.polname IN ('guard_untagged', 'guard_untagged_refused'))
            OR EXISTS (
              SELECT FROM pg_trigger t JOIN pg_proc f ON f.oid = t.tgfoid JOIN pg_namespace g ON g.oid = f.pronamespace
              WHERE t.tgrelid = c.oid AND g.nspname = 'sminion')
            OR EXISTS (
              SELECT FROM pg_policy gp
              JOIN pg_depend gd ON gd.classid = 'pg_policy'::regclass AND gd.objid = gp.oid AND gd.refclassid = 'pg_proc'::regclass
              JOIN pg_proc gf ON gf.oid = gd.refobjid JOIN pg_namespace gn ON gn.oid = gf.pronamespace
              WHERE gp.polrelid = c.oid AND gp.polname IN ('guard_others', 'guard_floor') AND gn.nspname = 'sminion')))
      ELSE false END
  LOOP
    RAISE EXCEPTION USING ERRCODE = CASE WHEN gone.own THEN 'SG477' ELSE 'SG470' END,
      MESSAGE = format('%s `%s` is the guard''s, and would be dropped', gone.kind, gone.name),
      DETAIL = 'What protects the tables stands on it.',
      HINT = 'Change the policy and apply it, or remove the policy; or let an officer call '
        || 'sminion.suspend_ddl_guard(reason, until) before.';
  END LOOP;
END
$sminion$;
COMMENT ON FUNCTION sminion.ddl_drops() IS 'refuses to drop what protects tables that stay';

-- views/access_log.sql
-- Every ticket as auditors see it: all but the hash of its secret.
-- Not a security barrier: it hides no row from whoever may read it, and a barrier would keep ORDER BY and LIMIT outside, so that
-- the newest rows could only be found by reading all of them.
CREATE VIEW sminion.access_log AS
  SELECT k.id, k.opened_at, k.expires_at, k.login, k.actor, k.unit, k.purpose, k.reason, k.basis, k.basis_ref, k.subject, k."values",
         k.role AS compartment, k.client_address, k.encrypted, k.application, v.version AS policy_version,
         k.revoked_at, k.revoked_by, k.revoked_why
  FROM sminion.ticket k
  JOIN sminion.policy_version v ON v.epoch = k.epoch;
COMMENT ON VIEW sminion.access_log IS 'every access: who, why, from where, until when';

-- views/ticket_minutes.sql
-- Minutes (UTC) in which a login opened hundreds of tickets, and how many: each hundredth ticket is looked up in an index, by the
-- number by which open_ticket limits them, and stands for a hundred. So ten million tickets cost a hundred thousand lookups,
-- and not a count of all. Tickets that were opened at the same moment may share a number, and count as one then.
CREATE VIEW sminion.ticket_minutes AS
  WITH RECURSIVE logins AS (
    (SELECT t.login FROM sminion.ticket t ORDER BY t.login LIMIT 1)
    UNION ALL
    SELECT (SELECT t.login FROM sminion.ticket t WHERE t.login > l.login ORDER BY t.login LIMIT 1) FROM logins l
    WHERE l.login IS NOT NULL
  ), hundredth AS (
    SELECT k.login, k.nth, k.opened_at FROM logins l
    CROSS JOIN LATERAL (
      SELECT t.login, t.nth, t.opened_at FROM sminion.ticket t WHERE t.login = l.login ORDER BY t.nth DESC LIMIT 1) k
    UNION ALL
    SELECT k.login, k.nth, k.opened_at FROM hundredth h
    CROSS JOIN LATERAL (
      SELECT t.login, t.nth, t.opened_at FROM sminion.ticket t
      WHERE t.login = h.login AND t.nth <= h.nth - 100 ORDER BY t.nth DESC LIMIT 1) k
  )
  SELECT h.login, pg_catalog.date_trunc('minute', h.opened_at, 'UTC') AS minute, (100 * pg_catalog.count(*)) AS tickets,
         -- by the policy in force; NULL where it does not name the login any more
         (SELECT pg_catalog.max(l.tickets_per_minute) FROM sminion.login l WHERE l.login = h.login) AS permitted
  FROM hundredth h
  GROUP BY 1, 2 HAVING pg_catalog.count(*) > 1;
COMMENT ON VIEW sminion.ticket_minutes IS 'minutes in which a login opened hundreds of tickets, about how many, and how many are permitted';

-- views/journal_minutes.sql
-- Minutes (UTC) in which a login wrote a twentieth of what it may to the journal, or more: about how many MB, and how many it might have.
CREATE VIEW sminion.journal_minutes AS
  SELECT b.login, b.minute, pg_catalog.max(b.megabytes) AS megabytes, pg_catalog.max(b.permitted) AS permitted
  FROM sminion.busy_minute b GROUP BY b.login, b.minute;
COMMENT ON VIEW sminion.journal_minutes IS 'minutes in which a login wrote much to the journal, about how many MB, and how many are permitted';

-- views/subject_history.sql
-- What happened to each subject's state, with the version of the policy it happened under.
CREATE VIEW sminion.subject_history WITH (security_barrier) AS
  SELECT e.id, e.at, e.subject, e.event, e.purpose, e.reason, e.actor, e.login, v.version AS policy_version, e.request,
         e.given_at, pg_catalog.encode(e.text_sha256, 'hex') AS text_sha256, e.channel, e.until, e.schemas
  FROM sminion.subject_event e
  JOIN sminion.policy_version v ON v.epoch = e.epoch;
COMMENT ON VIEW sminion.subject_history IS 'consents, objections and blocks of each subject, in order';

-- views/subject_status.sql
-- What holds for each subject now: whether its data are blocked, by what was decided for the key itself or for another key of the same person,
-- and whether changes wait to be stored, or rows for `settle`. People who are new are not in it: nothing was decided for them.
CREATE VIEW sminion.subject_status WITH (security_barrier) AS
  SELECT s.subject, s.blocked, s.blocked_schemas, coalesce(s.others_blocked, false) AS others_blocked, s.others_blocked_schemas, s.erased,
         ARRAY(SELECT w.name FROM sminion.purpose w
               WHERE w.retired_at IS NULL AND w.basis = 'consent' AND s.consents & (1::bigint << w.bit) <> 0 ORDER BY w.name) AS consents,
         ARRAY(SELECT w.name FROM sminion.purpose w
               WHERE w.retired_at IS NULL AND w.basis = 'legitimate_interest' AND s.objections & (1::bigint << w.bit) <> 0 ORDER BY w.name)
           AS objections,
         sminion.other_keys(s.subject) AS other_keys,
         EXISTS (SELECT FROM sminion.pending_change p WHERE p.subject = s.subject) AS pending,
         EXISTS (SELECT FROM sminion.unsettled u WHERE u.subject = s.subject) AS unsettled
  FROM sminion.subject_state s;
COMMENT ON VIEW sminion.subject_status IS 'blocks, consents and objections of each subject as they are now';

-- views/consent_register.sql
-- What each subject decided on each purpose that rests on consent, with the facts of the decision that counts: the last one by the
-- moment when it was made. `state` is given, refused, withdrawn, expired or superseded. A consent whose time is over is
-- `expired` here from that moment; one that the policy asks for again is `superseded`, and opens nothing.
CREATE VIEW sminion.consent_register WITH (security_barrier) AS
  SELECT d.subject, d.purpose,
         CASE d.event WHEN 'refuse_consent' THEN 'refused' WHEN 'withdraw_consent' THEN 'withdrawn'
           ELSE CASE WHEN d.until <= pg_catalog.statement_timestamp() THEN 'expired'
             WHEN d.epoch < w.since OR w.renews AND coalesce(d.given_at, d.at) < n.applied_at THEN 'superseded' ELSE 'given' END END AS state,
         coalesce(d.given_at, d.at) AS given_at, d.until, pg_catalog.encode(d.text_sha256, 'hex') AS text_sha256, d.channel, d.actor, d.login,
         d.reason, d.at AS recorded_at, v.version AS policy_version, d.epoch, d.id AS event
  FROM (
    SELECT DISTINCT ON (e.subject, e.purpose) e.*
    FROM sminion.subject_event e
    WHERE e.subject IS NOT NULL AND e.event IN ('give_consent', 'refuse_consent', 'withdraw_consent')
    ORDER BY e.subject, e.purpose, coalesce(e.given_at, e.at) DESC, e.id DESC) d
  JOIN sminion.policy_version v ON v.epoch = d.epoch
  LEFT JOIN sminion.purpose w ON w.name = d.purpose AND w.retired_at IS NULL AND w.basis = 'consent'
  LEFT JOIN sminion.policy_version n ON n.epoch = w.since;
COMMENT ON VIEW sminion.consent_register IS 'what each subject decided on each purpose that rests on consent';

-- views/merged_subjects.sql
-- Keys that belong to one person, pair by pair, and since when.
CREATE VIEW sminion.merged_subjects WITH (security_barrier) AS
  SELECT m.one AS subject, m.other, m.merged_at FROM sminion.subject_merge m WHERE m.ended_at IS NULL
  UNION ALL
  SELECT m.other, m.one, m.merged_at FROM sminion.subject_merge m WHERE m.ended_at IS NULL;
COMMENT ON VIEW sminion.merged_subjects IS 'keys that belong to one person';

-- views/request_history.sql
-- What happened to each request.
CREATE VIEW sminion.request_history WITH (security_barrier) AS
  SELECT e.id, e.at, e.request, e.event, e.detail, e.reason, e.actor, e.login, v.version AS policy_version
  FROM sminion.request_event e
  JOIN sminion.policy_version v ON v.epoch = e.epoch;
COMMENT ON VIEW sminion.request_history IS 'what happened to each request, in order';

-- views/destruction_status.sql
-- Destructions, table by table: what was done, and why rows are left.
CREATE VIEW sminion.destruction_status WITH (security_barrier) AS
  SELECT d.id AS destruction, d.request, d.subject, d.begun_at, d.completed_at, d.actor, d.login, t.place, t.schema_name, t.table_name,
         t.way, t.shared, t.planned, t.destroyed, t.depersonalized, t.unlinked, t.state, t.cause, t.hold, h.reason AS hold_reason,
         h.basis AS hold_basis, h.until AS hold_until, t.batches, t.longest, t.done_at
  FROM sminion.destruction d
  JOIN sminion.destruction_table t ON t.destruction = d.id
  LEFT JOIN sminion.hold h ON h.id = t.hold;
COMMENT ON VIEW sminion.destruction_status IS 'what was destroyed of people''s data, table by table, and why rows are left';

-- views/destruction_event.sql
-- The events of destructions, with their number in the log, NULL before they are folded: by it `sminion-guard audit prove` proves one.
CREATE VIEW sminion.destruction_event WITH (security_barrier) AS
  SELECT e.id, e.request, e.event, e.at, e.actor, e.login, e.detail, n.number
  FROM sminion.request_event e
  LEFT JOIN LATERAL (
    SELECT r.first + pg_catalog.array_position(r.keys, e.id) - 1 AS number
    FROM sminion.event_run r WHERE r.kind = 'request' AND e.id = ANY (r.keys)) AS n ON true
  WHERE e.event IN ('destruction_begun', 'destroyed', 'verified', 'certified');
COMMENT ON VIEW sminion.destruction_event IS 'beginnings, ends, verifications and certificates of destructions, with their numbers in the log';

-- views/retention_progress.sql
-- The retention of each table by the policy in force, and how far expired rows are purged. It counts nothing: see sminion.retention_status.
CREATE VIEW sminion.retention_progress WITH (security_barrier) AS
  SELECT r.place, r.schema_name, r.table_name, r.after_column, r.keep, r.zone, r.way, r.since, r.purged, r.batches, r.longest, r.run_at,
         r.done_at, r.cause
  FROM sminion.retention_rule r;
COMMENT ON VIEW sminion.retention_progress IS 'retention by the policy in force, and how far expired rows are purged';

-- views/disclosures.sql
-- Disclosures of each person: one row for each person and disclosure.
CREATE VIEW sminion.disclosures WITH (security_barrier) AS
  SELECT d.id, s.subject, d.disclosed_at, d.recipient, d.contract, d.purpose, d.categories, coalesce(d.persons, e.persons) AS persons, d.reason, d.actor, d.login, d.recorded_at,
         v.version AS policy_version
  FROM sminion.disclosure d
  JOIN sminion.disclosure_subject s ON s.disclosure = d.id
  JOIN sminion.policy_version v ON v.epoch = d.epoch
  LEFT JOIN sminion.transfer_end e ON e.disclosure = d.id;
COMMENT ON VIEW sminion.disclosures IS 'who received data of whom';

-- views/transfers.sql
-- Exports to third parties. `begun` while the client may still write, `aborted` when it is gone without a word.
CREATE VIEW sminion.transfers WITH (security_barrier) AS
  SELECT d.id, d.recipient, d.contract, d.purpose, d.categories, t.columns, t.query, encode(t.query_sha256, 'hex') AS query_sha256,
         coalesce(e.state, CASE WHEN t.expires_at > pg_catalog.clock_timestamp() THEN 'begun' ELSE 'aborted' END) AS state,
         e.rows, e.bytes, encode(e.sha256, 'hex') AS sha256,
         coalesce(e.persons, (SELECT count(*) FROM sminion.disclosure_subject s WHERE s.disclosure = d.id)) AS persons,
         coalesce(e.at_most, false) AS at_most, e.why, d.login, d.actor, d.reason, t.basis_ref, t.ticket,
         d.disclosed_at AS begun_at, e.at AS ended_at, v.version AS policy_version
  FROM sminion.transfer t
  JOIN sminion.disclosure d ON d.id = t.disclosure
  JOIN sminion.policy_version v ON v.epoch = d.epoch
  LEFT JOIN sminion.transfer_end e ON e.disclosure = t.disclosure;
COMMENT ON VIEW sminion.transfers IS 'exports to third parties: what was asked, by whom, and how each ended';

-- views/disclosure_register.sql
-- What was passed on to third parties, one row for each time: exports, and what officers recorded by hand. What it rests on is as the policy of then
-- said it. Whose data it was: sminion.disclosures.
CREATE VIEW sminion.disclosure_register WITH (security_barrier) AS
  SELECT d.id, d.disclosed_at, d.recipient, d.contract, d.purpose, v.document #>> ARRAY['purposes', d.purpose, 'basis'] AS basis, t.basis_ref, d.categories,
         CASE WHEN t.disclosure IS NULL THEN 'recorded' WHEN e.state IS NOT NULL THEN e.state
           WHEN t.expires_at > pg_catalog.clock_timestamp() THEN 'begun' ELSE 'aborted' END AS state,
         coalesce(d.persons, e.persons, (SELECT count(*) FROM sminion.disclosure_subject s WHERE s.disclosure = d.id)) AS persons,
         coalesce(e.at_most, false) AS at_most, d.reason, d.actor, d.login, v.version AS policy_version
  FROM sminion.disclosure d
  JOIN sminion.policy_version v ON v.epoch = d.epoch
  LEFT JOIN sminion.transfer t ON t.disclosure = d.id
  LEFT JOIN sminion.transfer_end e ON e.disclosure = d.id;
COMMENT ON VIEW sminion.disclosure_register IS 'what was passed on to third parties, for which purpose, and what it rested on';

-- views/settle_status.sql
-- What waits for `settle`, `remask` and `backfill`. Pending changes are named, with who holds their locks, in
-- `pending_changes`, and what a call of `settle` could not finish in `settle_problems`.
CREATE VIEW sminion.settle_status WITH (security_barrier) AS
  SELECT (SELECT count(DISTINCT w.subject) FROM sminion.withheld w) AS withheld,
         (SELECT count(*) FROM (
            SELECT u.subject FROM sminion.unsettled u UNION SELECT p.subject FROM sminion.pending_change p) q) AS unsettled,
         (SELECT least(min(u.since), (SELECT min(p.since) FROM sminion.pending_change p)) FROM sminion.unsettled u)
           AS unsettled_since,
         (SELECT count(*) FROM sminion.pending_change) AS pending,
         (SELECT count(DISTINCT u.subject) FROM sminion.unsettled u WHERE u.cause NOT LIKE 'locked: %') AS stuck,
         (SELECT count(*) FROM sminion.subject_state s, sminion.policy p WHERE s.epoch < p.mask_epoch) AS states_to_remask,
         (SELECT count(*) FROM sminion.protected_table p WHERE p.next_block IS NOT NULL) AS tables_to_fill,
         (SELECT count(*) FROM sminion.protected_table p JOIN sminion.blind_tables() b USING (schema_name, table_name)
          WHERE p.next_block IS NOT NULL) AS tables_blind;
COMMENT ON VIEW sminion.settle_status IS 'what settle, remask and backfill have still to do';

-- views/pending_changes.sql
-- Changes of states that wait for a lock, and who holds it now. What they deny is denied; `settle` stores them.
CREATE VIEW sminion.pending_changes WITH (security_barrier) AS
  SELECT p.id, p.subject, p.event, p.purpose, p.since, p.denied <> 0 AS denies, sminion.state_holders(p.subject) AS held_by
  FROM sminion.pending_change p;
COMMENT ON VIEW sminion.pending_changes IS 'changes of states that wait for a lock, and who holds it';

-- views/settle_problems.sql
-- What settling could not finish, and why: the subjects stay withheld, and each call tries again. `stale_rows` is NULL where
-- the rows cannot be counted; a table that the guard does not see through is named before anything waits for it.
CREATE VIEW sminion.settle_problems WITH (security_barrier) AS
  SELECT u.stuck_in AS "table", count(DISTINCT u.subject) AS subjects, sum(u.stale_rows)::bigint AS stale_rows, u.cause,
         min(u.since) AS since
  FROM sminion.unsettled u
  WHERE u.cause IS NOT NULL
  GROUP BY u.stuck_in, u.cause
  UNION ALL
  SELECT format('%s.%s', b.schema_name, b.table_name), 0, NULL, b.cause, NULL
  FROM sminion.blind_tables() b
  WHERE NOT EXISTS (SELECT FROM sminion.unsettled u
                    WHERE u.stuck_in = format('%s.%s', b.schema_name, b.table_name) AND u.cause = b.cause);
COMMENT ON VIEW sminion.settle_problems IS 'what settling could not finish: table, subjects, rows and cause';

-- views/statement_log.sql
-- Every statement as auditors see it, with who acted and why, and what came of it. Without an outcome it was cut off: the
-- application or the server ended while it ran. Sums end at the largest number there is, so that no login makes the view
-- fail by what it claims. With a home its ticket is in that database, and who acted and why is there.
-- Not a security barrier: it hides no row from whoever may read it, and a barrier would keep ORDER BY and LIMIT outside, so that
-- the newest rows could only be found by reading all of them.
CREATE VIEW sminion.statement_log AS
  SELECT e.at, e.writer, e.place, e.ticket, w.login, k.actor, k.unit, k.purpose, k.reason, k."values", k.role AS compartment,
         CASE WHEN e.refused OR r.refused OR u.refused THEN 'refused' ELSE 'allowed' END AS verdict,
         CASE WHEN u.outcomes IS NULL THEN r.outcomes
           ELSE ARRAY(SELECT DISTINCT o.outcome FROM pg_catalog.unnest(r.outcomes || u.outcomes) AS o (outcome) ORDER BY 1) END AS outcomes,
         h.codes || CASE WHEN u.codes IS NULL THEN coalesce(r.codes, '{}')
           ELSE ARRAY(SELECT DISTINCT c.code FROM pg_catalog.unnest(r.codes || u.codes) AS c (code) ORDER BY 1) END AS codes,
         h.operations, h.relations, h.columns, h.fingerprint, h.statement,
         CASE WHEN r.rows IS NOT NULL OR u.rows IS NOT NULL
           THEN LEAST(coalesce(r.rows, 0) + coalesce(u.rows, 0), 9223372036854775807)::bigint END AS rows,
         CASE WHEN r.bulk IS NOT NULL OR u.bulk IS NOT NULL
           THEN LEAST(coalesce(r.bulk, 0) + coalesce(u.bulk, 0), 9223372036854775807)::bigint END AS bulk,
         CASE WHEN r.microseconds IS NOT NULL OR u.microseconds IS NOT NULL
           THEN LEAST(coalesce(r.microseconds, 0) + coalesce(u.microseconds, 0), 9223372036854775807)::bigint END AS microseconds,
         o.database AS home
  FROM (
    SELECT v.at, v.writer, v.place, v.ticket, v.shape, v.refused, v.outcome, v.codes, v.rows, v.bulk, v.microseconds
    FROM sminion.statement_event v
    UNION ALL
    SELECT j.at, j.writer, j.place, j.ticket, j.shape, j.refused, j.outcome, j.codes, j.rows, j.bulk, j.microseconds
    FROM sminion.unfolded_entries() j WHERE j.kind = 'statement'
  ) AS e
  JOIN sminion.statement_shape h ON h.id = e.shape
  JOIN sminion.log_writer w ON w.id = e.writer
  LEFT JOIN sminion.log_home o ON o.id = w.home
  LEFT JOIN sminion.ticket k ON k.id = e.ticket AND w.home IS NULL
  LEFT JOIN LATERAL (
    SELECT pg_catalog.array_agg(DISTINCT x.outcome) AS outcomes,
           pg_catalog.bool_or(x.outcome = 'refused') AS refused,
           pg_catalog.sum(x.rows) AS rows,
           pg_catalog.sum(x.bulk) AS bulk,
           pg_catalog.sum(x.microseconds) AS microseconds,
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
  ) AS r ON true
  -- Results that are still in the journal, also of statements that are in the log.
  LEFT JOIN (
    SELECT j.writer, j.of, pg_catalog.array_agg(DISTINCT j.outcome) AS outcomes,
           pg_catalog.bool_or(j.refused) AS refused,
           pg_catalog.sum(j.rows) AS rows,
           pg_catalog.sum(j.bulk) AS bulk,
           pg_catalog.sum(j.microseconds) AS microseconds,
           pg_catalog.array_agg(DISTINCT c.code) FILTER (WHERE c.code IS NOT NULL) AS codes
    FROM sminion.unfolded_entries() j
    LEFT JOIN LATERAL pg_catalog.unnest(j.codes) AS c (code) ON true
    WHERE j.kind = 'result'
    GROUP BY j.writer, j.of
  ) AS u ON u.writer = e.writer AND u.of = e.place;
COMMENT ON VIEW sminion.statement_log IS 'every statement: who, why, what it touched, the verdict, the outcome';

-- views/refusals.sql
-- What was refused: by the analyzer before the statement was sent, or by the server. With a home its ticket is there.
-- Not a security barrier: it hides no row from whoever may read it, and a barrier would keep ORDER BY and LIMIT outside, so that
-- the newest rows could only be found by reading all of them.
CREATE VIEW sminion.refusals AS
  SELECT e.at, e.writer, e.place, e.ticket, w.login, k.actor, k.unit, k.purpose, k.reason, k."values",
         CASE WHEN h.verdict = 'refused' AND NOT e.follows THEN 'analyzer' ELSE 'server' END AS refused_by,
         CASE WHEN e.follows THEN '{}' ELSE h.codes END || coalesce(e.codes, '{}') AS codes,
         h.operations, h.relations, h.columns, h.statement, o.database AS home
  FROM (
    SELECT v.at, v.writer, v.place, v.ticket, v.shape, v.codes, false AS follows
    FROM sminion.statement_event v WHERE v.refused
    UNION ALL
    SELECT r.at, r.writer, r.statement, v.ticket, v.shape, r.codes, true
    FROM sminion.statement_result r
    JOIN sminion.statement_event v ON v.writer = r.writer AND v.place = r.statement AND v.at <= r.at
    WHERE r.outcome = 'refused'
    UNION ALL
    SELECT j.at, j.writer, coalesce(j.of, j.place), j.ticket, j.shape, j.codes, j.kind = 'result'
    FROM sminion.unfolded_entries() j WHERE j.refused
  ) AS e
  JOIN sminion.statement_shape h ON h.id = e.shape
  JOIN sminion.log_writer w ON w.id = e.writer
  LEFT JOIN sminion.log_home o ON o.id = w.home
  LEFT JOIN sminion.ticket k ON k.id = e.ticket AND w.home IS NULL;
COMMENT ON VIEW sminion.refusals IS 'what was refused, by the analyzer or by the server, to whom and why';

-- views/write_log.sql
-- Every write to a protected table as auditors see it, by whatever client; with who acted and why, where it was under a
-- ticket. `rows` is NULL for TRUNCATE.
-- Not a security barrier: it hides no row from whoever may read it, and a barrier would keep ORDER BY and LIMIT outside, so that
-- the newest rows could only be found by reading all of them.
CREATE VIEW sminion.write_log AS
  SELECT e.at, e.id, e.transaction, e.ticket, e.login, e.role, k.actor, k.unit, k.purpose, k.reason, k."values",
         e.operation, e.relation, e.columns, e.rows, e.bulk
  FROM (
    SELECT v.at, v.id, v.transaction, v.ticket, v.login, v.role, v.operation, v.relation, v.columns, v.rows, v.bulk
    FROM sminion.write_event v
    UNION ALL
    SELECT j.at, j.id, j.transaction, j.ticket, j.login, j.role, j.operation, j.relation, j.columns, j.rows, j.bulk
    FROM sminion.unfolded_writes() j
  ) AS e
  LEFT JOIN sminion.ticket k ON k.id = e.ticket;
COMMENT ON VIEW sminion.write_log IS 'every write to a protected table: who, why, which columns, how many rows';

-- views/clarifications.sql
-- What was written for which request of a person: each write under a ticket that rests on the request, with the columns that changed, and
-- whose rows these were. `others` counts the people beside the one whom the ticket names: a row may be about several. Values are
-- not kept.
-- Not a security barrier, as sminion.write_log.
CREATE VIEW sminion.clarifications AS
  SELECT r.id AS request, r.kind, r.subject, w.at, w.id AS write, w.ticket, w.login, k.actor, k.unit, k.purpose, k.reason,
         w.operation, w.relation, w.columns, w.rows, w.subjects,
         pg_catalog.cardinality(pg_catalog.array_remove(w.subjects, k.subject)) + coalesce(w.bulk, 0) AS others
  FROM sminion.ticket k
  JOIN sminion.request r
    ON r.id = CASE WHEN k.basis_ref ~ '^request:[1-9][0-9]{0,17}$' THEN pg_catalog.substr(k.basis_ref, 9)::bigint END
  JOIN (
    SELECT v.at, v.id, v.ticket, v.login, v.operation, v.relation, v.columns, v.rows, v.bulk,
           ARRAY(SELECT s.subject FROM sminion.write_subject s WHERE s.at = v.at AND s.event = v.id ORDER BY s.subject) AS subjects
    FROM sminion.write_event v
    UNION ALL
    SELECT j.at, j.id, j.ticket, j.login, j.operation, j.relation, j.columns, j.rows, j.bulk, j.subjects COLLATE "C"
    FROM sminion.unfolded_writes() j
  ) w ON w.ticket = k.id
  WHERE pg_catalog.starts_with(k.basis_ref, 'request:');
COMMENT ON VIEW sminion.clarifications IS 'what was written for which request: where, which columns, by whom';

-- views/request_status.sql
-- Requests, with what is due: the term as it was extended, in days of the time zone of the policy.
CREATE VIEW sminion.request_status WITH (security_barrier) AS
  SELECT r.id, r.kind, r.subject, r.purpose, r.trigger,
         CASE WHEN r.closed_at IS NOT NULL THEN 'closed' WHEN coalesce(r.extended_to, r.due_on) < d.today THEN 'overdue' ELSE 'open' END AS state,
         coalesce(r.extended_to, r.due_on) AS due_on,
         CASE WHEN r.closed_at IS NULL THEN coalesce(r.extended_to, r.due_on) - d.today END AS days_left,
         r.extended_to IS NOT NULL AS extended, r.provisional, r.interim AND r.closed_at IS NULL AS blocks, r.identified, r.unit, r.channel,
         r.representative, r.received_at, r.closed_at, r.outcome, r.duplicate_of, r.calendar, v.version AS policy_version,
         coalesce(w.writes, 0) AS clarifications, sminion.other_keys(r.subject) AS other_keys, r.schemas
  FROM sminion.request r
  JOIN sminion.policy_version v ON v.epoch = r.epoch
  LEFT JOIN (SELECT c.request, count(*) AS writes FROM sminion.clarifications c GROUP BY c.request) w ON w.request = r.id
  CROSS JOIN (
    SELECT (pg_catalog.clock_timestamp() AT TIME ZONE coalesce(
      (SELECT p.request_terms ->> 'timezone' FROM sminion.policy p), 'UTC'))::date AS today) d;
COMMENT ON VIEW sminion.request_status IS 'requests of people: until when each must be answered, and how it ended';

-- views/obligation_status.sql
-- Who must be told of which request. An obligation of a request that was not granted is void.
CREATE VIEW sminion.obligation_status WITH (security_barrier) AS
  SELECT o.id, o.request, r.kind, r.subject, o.recipient, r.state AS request_state, r.due_on,
         CASE WHEN o.acknowledged_at IS NOT NULL THEN 'acknowledged' WHEN o.told_at IS NOT NULL THEN 'told'
           WHEN o.waived_at IS NOT NULL THEN 'waived' WHEN r.state = 'closed' THEN 'void' WHEN r.state = 'overdue' THEN 'overdue'
           ELSE 'due' END AS state,
         o.attempts, o.made_at, o.told_at, o.acknowledged_at, o.waived_at,
         -- under which keys of the person the recipient got data
         ARRAY(
           SELECT DISTINCT s.subject FROM sminion.disclosure_subject s JOIN sminion.disclosure d ON d.id = s.disclosure
           WHERE d.recipient = o.recipient AND s.subject = ANY (r.subject || r.other_keys) ORDER BY s.subject) AS known_as
  FROM sminion.obligation o
  JOIN sminion.request_status r ON r.id = o.request;
COMMENT ON VIEW sminion.obligation_status IS 'recipients that must be told of a request, and whether they were';

-- views/subject_access.sql
-- Who touched data of a subject: one row per result that held the subject's key, and one per write to its rows, with the
-- number that sminion.write_log has for it. Results and writes marked `bulk` list only some of their subjects.
-- With a home the ticket is in that database.
-- Not a security barrier: it hides no row from whoever may read it, and a barrier would keep ORDER BY and LIMIT outside, so that
-- the newest rows could only be found by reading all of them.
CREATE VIEW sminion.subject_access AS
  SELECT s.subject, s.at, s.writer, s.place, s.ticket, w.login, k.actor, k.unit, k.purpose, k.reason, k."values", h.operations,
         h.relations, h.columns, NULL::bigint AS write, o.database AS home
  FROM (
    SELECT t.subject, t.at, t.writer, e.place, e.ticket, e.shape
    FROM sminion.statement_subject t
    JOIN sminion.statement_event e ON e.writer = t.writer AND e.place = t.statement AND e.at <= t.at
    UNION ALL
    SELECT t.subject, j.at, j.writer, coalesce(j.of, j.place), j.ticket, j.shape
    FROM sminion.unfolded_entries() j
    CROSS JOIN LATERAL (SELECT l.subject COLLATE "C" FROM pg_catalog.unnest(j.subjects) AS l (subject)) AS t
    WHERE j.kind <> 'fault'
  ) AS s
  JOIN sminion.statement_shape h ON h.id = s.shape
  JOIN sminion.log_writer w ON w.id = s.writer
  LEFT JOIN sminion.log_home o ON o.id = w.home
  LEFT JOIN sminion.ticket k ON k.id = s.ticket AND w.home IS NULL
  UNION ALL
  SELECT e.subject, e.at, NULL, NULL, e.ticket, e.login, k.actor, k.unit, k.purpose, k.reason, k."values", ARRAY[e.operation],
         ARRAY[e.relation], e.columns, e.id, NULL
  FROM (
    SELECT s.subject, v.at, v.ticket, v.login, v.operation, v.relation, v.columns, v.id
    FROM sminion.write_subject s
    JOIN sminion.write_event v ON v.id = s.event AND v.at = s.at
    UNION ALL
    SELECT l.subject COLLATE "C", j.at, j.ticket, j.login, j.operation, j.relation, j.columns, j.id
    FROM sminion.unfolded_writes() j CROSS JOIN LATERAL pg_catalog.unnest(j.subjects) AS l (subject)
  ) AS e
  LEFT JOIN sminion.ticket k ON k.id = e.ticket;
COMMENT ON VIEW sminion.subject_access IS 'each access to data of a subject: who, for which purpose, why';

-- functions/log/accesses_of.sql
-- The newest accesses to data of a subject, as the view sminion.subject_access has them, for `sminion-guard audit subject`: at least
-- `most` of each kind (results, writes) where there are so many, and all that stand at the last moment.
--
-- The view joins whole logs, so each of its months is planned with each, and a statement is looked for in all months up to that of its
-- result. Here the places of a page are found first, in the order of time, and then a statement in the month of its result, and in
-- those before where it is not there. Whoever may call it may read the view.
--
-- since, until: `until` is not included; NULL for no bound.
-- place:        the moment where the page before ended: what stands there is returned again; NULL for the first page.
CREATE FUNCTION sminion.accesses_of(
  subject text, since timestamptz, until timestamptz, place timestamptz, most bigint
) RETURNS SETOF sminion.subject_access
LANGUAGE plpgsql
STABLE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET jit = off
SET plan_cache_mode = force_generic_plan
AS $sminion$
#variable_conflict use_column
DECLARE
  low   CONSTANT timestamptz := coalesce(accesses_of.since, '-infinity');
  -- the first moment that is too late for both
  high  CONSTANT timestamptz := coalesce(accesses_of.until, 'infinity');
  below CONSTANT timestamptz := least(high, coalesce(accesses_of.place, 'infinity'));
BEGIN
  RETURN QUERY
  WITH result AS MATERIALIZED (
    (SELECT t.at, t.writer, t.statement FROM sminion.statement_subject t
     WHERE t.subject = accesses_of.subject AND t.at >= low AND t.at < below
     ORDER BY t.at DESC FETCH FIRST (accesses_of.most) ROWS WITH TIES)
    UNION ALL
    SELECT t.at, t.writer, t.statement FROM sminion.statement_subject t
    WHERE t.subject = accesses_of.subject AND t.at = accesses_of.place AND t.at >= low AND t.at < high
  ), statement AS (
    SELECT r.at, r.writer, r.statement AS place, e.ticket, e.shape
    FROM result r
    CROSS JOIN LATERAL (
      -- There is one: the other months are asked only where that of the result has it not.
      SELECT e.ticket, e.shape FROM sminion.statement_event e
      WHERE e.writer = r.writer AND e.place = r.statement AND e.at >= date_trunc('month', r.at, 'UTC') AND e.at <= r.at
      UNION ALL
      SELECT e.ticket, e.shape FROM sminion.statement_event e
      WHERE e.writer = r.writer AND e.place = r.statement AND e.at < date_trunc('month', r.at, 'UTC')
      LIMIT 1) e
    UNION ALL
    SELECT j.at, j.writer, coalesce(j.of, j.place), j.ticket, j.shape FROM sminion.unfolded_entries() j
    WHERE j.kind <> 'fault' AND accesses_of.subject = ANY (j.subjects) AND j.at >= low AND j.at < high
      AND (j.at <= accesses_of.place) IS NOT FALSE
  ), written AS MATERIALIZED (
    (SELECT t.at, t.event FROM sminion.write_subject t
     WHERE t.subject = accesses_of.subject AND t.at >= low AND t.at < below
     ORDER BY t.at DESC FETCH FIRST (accesses_of.most) ROWS WITH TIES)
    UNION ALL
    SELECT t.at, t.event FROM sminion.write_subject t
    WHERE t.subject = accesses_of.subject AND t.at = accesses_of.place AND t.at >= low AND t.at < high
  ), write AS (
    SELECT v.at, v.ticket, v.login, v.operation, v.relation, v.columns, v.id
    FROM written w
    CROSS JOIN LATERAL (
      SELECT v.at, v.ticket, v.login, v.operation, v.relation, v.columns, v.id FROM sminion.write_event v
      WHERE v.id = w.event AND v.at = w.at OFFSET 0) v
    UNION ALL
    SELECT j.at, j.ticket, j.login, j.operation, j.relation, j.columns, j.id FROM sminion.unfolded_writes() j
    WHERE accesses_of.subject = ANY (j.subjects) AND j.at >= low AND j.at < high AND (j.at <= accesses_of.place) IS NOT FALSE
  )
  SELECT accesses_of.subject, s.at, s.writer, s.place, s.ticket, w.login, k.actor, k.unit, k.purpose, k.reason, k."values", h.operations,
         h.relations, h.columns, NULL::bigint, o.database
  FROM statement s
  JOIN sminion.statement_shape h ON h.id = s.shape
  JOIN sminion.log_writer w ON w.id = s.writer
  LEFT JOIN sminion.log_home o ON o.id = w.home
  LEFT JOIN sminion.ticket k ON k.id = s.ticket AND w.home IS NULL
  UNION ALL
  SELECT accesses_of.subject, e.at, NULL, NULL, e.ticket, e.login, k.actor, k.unit, k.purpose, k.reason, k."values",
         ARRAY[e.operation], ARRAY[e.relation], e.columns, e.id, NULL
  FROM write e LEFT JOIN sminion.ticket k ON k.id = e.ticket;
END
$sminion$;
COMMENT ON FUNCTION sminion.accesses_of(text, timestamptz, timestamptz, timestamptz, bigint) IS
  'the newest accesses to data of a subject, a page of them';

-- functions/log/explained_accesses.sql
-- The accesses of a period, each a ticket and a subject, and which sentence of the policy explains it. For auditors, who may not read the
-- rows that explain: only the number of the sentence comes out, and only for accesses that the log has.
--
-- So that nobody asks for what is not on record: `act` is the number of the caller's own record (sminion.record_reading), which has the
-- period. The report of a month counts the same accesses. This transaction has written nothing, so another one has committed the record.
--
-- at, times: of the period. explained_by: the first sentence that explains, NULL for none. judged: the purpose has sentences.
-- deleted: rows of the tables that the sentences name were deleted after the access, of this subject, or all at once: perhaps the one that
-- explained it.
--
-- One query, which reads the log once and each table once. A single condition with all sentences would run them row by row. Nested loops
-- are off: what the log and the sentences give has no statistics, is taken for a few rows, and would be joined row by row.
CREATE FUNCTION sminion.explained_accesses(
  act bigint, OUT ticket bigint, OUT subject text, OUT at timestamptz, OUT times bigint, OUT actor text, OUT unit text, OUT purpose text,
  OUT relations text, OUT judged boolean, OUT explained_by integer, OUT deleted boolean
) RETURNS SETOF record
LANGUAGE plpgsql
STABLE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
SET jit = off
SET enable_nestloop = off
AS $sminion$
DECLARE
  asked   sminion.act;
  tests   text;
BEGIN
  SELECT a.* INTO asked FROM sminion.act a
  WHERE a.id = explained_accesses.act AND a.login = session_user AND a.act = 'read_log' AND a.detail ->> 'question' IN ('unexplained', 'report')
    AND pg_current_xact_id_if_assigned() IS NULL;
  IF NOT FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'SG618',
      MESSAGE = 'reading the log is not on record, so nothing was read',
      DETAIL = 'No committed record of yours, with the question `unexplained` or `report`, has this number; or this transaction has written something.',
      HINT = 'Use `sminion-guard audit unexplained`, or pass what `sminion.record_reading(''unexplained'')` returned, in a new transaction.';
  END IF;
  PERFORM sminion.require_explainable(e) FROM sminion.explanation e WHERE e.table_name IS NOT NULL;
  SELECT string_agg(format(
    'SELECT a.ticket, a.subject, %s AS place FROM access a WHERE a.purpose OPERATOR(pg_catalog.=) %L AND (%s)', e.place, e.purpose, part),
    ' UNION ALL ') INTO tests
  FROM sminion.explanation e
  LEFT JOIN sminion.protected_table p ON p.schema_name = e.schema_name AND p.table_name = e.table_name
  CROSS JOIN LATERAL unnest(sminion.explanation_test(e, p)) AS part;
  RETURN QUERY EXECUTE format($query$
    WITH access AS MATERIALIZED (
      SELECT g.ticket, g.subject, g.at, g.times, g.relations, k.actor::text, k.unit::text, k.purpose, k.basis_ref::text,
             k.subject AS named, k."values"
      FROM (
        SELECT s.ticket, s.subject, min(s.at) AS at, count(*) AS times,
               string_agg(DISTINCT array_to_string(s.relations, ', '), ', ') AS relations
        FROM sminion.subject_access s
        WHERE s.home IS NULL AND s.ticket IS NOT NULL
          AND s.at >= coalesce($1, '-infinity') AND s.at < coalesce($2, 'infinity')
        GROUP BY s.ticket, s.subject
      ) AS g
      JOIN sminion.ticket k ON k.id = g.ticket
    ), explained AS (
      SELECT x.ticket, x.subject, min(x.place) AS place FROM (%s) AS x GROUP BY x.ticket, x.subject
    ), lost AS (
      SELECT DISTINCT c.purpose, d.subject, d.at
      FROM (
        SELECT DISTINCT e.purpose, m.relation
        FROM sminion.explanation e
        CROSS JOIN LATERAL (
          SELECT e.schema_name || '.' || e.table_name AS relation
          UNION ALL
          SELECT n.nspname || '.' || c.relname FROM pg_partition_tree(to_regclass(format('%%I.%%I', e.schema_name, e.table_name))) f
          JOIN pg_class c ON c.oid = f.relid JOIN pg_namespace n ON n.oid = c.relnamespace
        ) AS m
        WHERE e.table_name IS NOT NULL
      ) AS c
      JOIN (
        SELECT v.relation, s.subject, v.at FROM sminion.write_event v
        LEFT JOIN sminion.write_subject s ON s.event = v.id AND s.at = v.at
        WHERE v.operation = 'delete' AND v.at >= coalesce($1, '-infinity') AND (s.subject IS NOT NULL OR v.rows IS NULL)
        UNION ALL
        SELECT w.relation, s.subject, w.at FROM sminion.unfolded_writes() w LEFT JOIN LATERAL unnest(w.subjects) AS s (subject) ON true
        WHERE w.operation = 'delete' AND (s.subject IS NOT NULL OR w.rows IS NULL)
      ) AS d ON d.relation = c.relation
    )
    SELECT a.ticket, a.subject, a.at, a.times, a.actor, a.unit, a.purpose, a.relations,
           EXISTS (SELECT FROM sminion.explanation e WHERE e.purpose = a.purpose),
           x.place, x.place IS NULL AND (l.at IS NOT NULL AND l.at >= a.at OR r.at IS NOT NULL AND r.at >= a.at)
    FROM access a
    LEFT JOIN explained x ON x.ticket = a.ticket AND x.subject = a.subject
    LEFT JOIN (SELECT o.purpose, o.subject, max(o.at) AS at FROM lost o WHERE o.subject IS NOT NULL GROUP BY 1, 2) AS l
      ON l.purpose = a.purpose AND l.subject COLLATE "C" = a.subject
    LEFT JOIN (SELECT o.purpose, max(o.at) AS at FROM lost o WHERE o.subject IS NULL GROUP BY 1) AS r ON r.purpose = a.purpose
  $query$, coalesce(tests, 'SELECT NULL::bigint AS ticket, NULL::text AS subject, NULL::integer AS place WHERE false'))
  USING (asked.detail ->> 'since')::timestamptz, (asked.detail ->> 'until')::timestamptz;
END
$sminion$;
COMMENT ON FUNCTION sminion.explained_accesses(bigint) IS 'accesses of a period that is on record, and what explains each';

-- views/log_faults.sql
-- Entries of the log that are not what they claim to be, and places that are missing: in a healthy log there are none.
-- Not a security barrier: it hides no row from whoever may read it, and a barrier would keep ORDER BY and LIMIT outside, so that
-- the newest rows could only be found by reading all of them.
CREATE VIEW sminion.log_faults AS
  SELECT f.at, f.login, f.writer, f.place, f.code, f.message, f.entry, f.size, f.digest FROM sminion.log_fault f
  UNION ALL
  SELECT j.at, j.login, j.writer, j.place, j.code, j.message, j.entry, j.size, j.digest
  FROM sminion.unfolded_entries() j WHERE j.kind = 'fault';
COMMENT ON VIEW sminion.log_faults IS 'entries of the log that are not what they claim to be, and what is missing';

-- views/maintenance_status.sql
-- What waits for sminion.maintain, and what stopped it.
CREATE VIEW sminion.maintenance_status WITH (security_barrier) AS
  SELECT j.rows AS journal_rows, j.bytes AS journal_bytes, j.since AS journal_since,
         sminion.fold_holders() AS journal_waits_for,
         coalesce(f.number, 0) AS events, f.folded_at,
         s.unsettled, s.unsettled_since, s.stuck, s.pending,
         (SELECT count(*) FROM pg_catalog.pg_inherits i JOIN pg_catalog.pg_class c ON c.oid = i.inhrelid
          WHERE i.inhparent = 'sminion.write_subject'::pg_catalog.regclass
            AND pg_catalog.to_date(pg_catalog.right(c.relname, 7), 'YYYY_MM')
              > (pg_catalog.now() AT TIME ZONE 'UTC')::date) AS months_ahead,
         (SELECT pg_catalog.max(m.done_at) FROM sminion.maintenance_state m) AS maintained_at,
         (SELECT pg_catalog.string_agg(pg_catalog.format('%s: %s %s', m.step, m.code, m.message), '; ' ORDER BY m.step)
          FROM sminion.maintenance_state m WHERE m.failed_at IS NOT NULL) AS failed
  FROM sminion.settle_status s
  LEFT JOIN sminion.fold_state f ON true
  CROSS JOIN (
    SELECT pg_catalog.count(*) AS rows, coalesce(pg_catalog.sum(coalesce(pg_catalog.octet_length(r.entries),
             pg_catalog.pg_column_size(r.event))), 0)::bigint AS bytes,
           pg_catalog.min(r.at) AS since
    FROM sminion.journal r
  ) AS j;
COMMENT ON VIEW sminion.maintenance_status IS 'what waits for maintain, and what stopped it';

-- grants.sql
-- Nothing in schema `sminion` is for everybody. What logins, compartments, officers, auditors and maintenance may call
-- depends on the policy's roles, and stands in one place: sminion_guard/compiler/guard_grants.py.
REVOKE ALL ON ALL TABLES IN SCHEMA sminion FROM PUBLIC;
REVOKE ALL ON ALL SEQUENCES IN SCHEMA sminion FROM PUBLIC;
REVOKE ALL ON ALL ROUTINES IN SCHEMA sminion FROM PUBLIC;
REVOKE ALL ON SCHEMA sminion FROM PUBLIC;
-- But for the two that raise: row security calls them as whoever reads a protected table.
GRANT EXECUTE ON FUNCTION sminion.refuse_others(regclass, name[], name), sminion.refuse_partition(regclass, regclass, name) TO PUBLIC;
-- A number that row security of the journal compares as the login that writes.
GRANT SELECT ON SEQUENCE sminion.load_0 TO PUBLIC;
-- Global for this owner, since per-schema defaults cannot take away what PUBLIC has: row triggers come later.
ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON ROUTINES FROM PUBLIC;

-- ddl_guard.sql
-- The DDL guard: event triggers, which only a superuser may make. Their functions run as whoever trips them, so they belong to that
-- superuser too: were they those of `sminion_owner`, who can become it could let any superuser run what it likes. Elsewhere the
-- installation goes on without them.
DO $sminion$
DECLARE
  before CONSTANT text := current_user;
  made record;
  of_extension boolean;
BEGIN
  IF NOT (SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = pg_catalog.current_setting('sminion.installer')) THEN
    -- Those of a dump that no superuser restored, or that a superuser dropped.
    PERFORM pg_catalog.set_config('role', 'sminion_owner', true);
    DELETE FROM sminion.guard_object g
    WHERE g.kind = 'event trigger' AND NOT EXISTS (SELECT FROM pg_catalog.pg_event_trigger e WHERE e.evtname = g.name);
    PERFORM pg_catalog.set_config('role', before, true);
    RAISE WARNING USING ERRCODE = 'SG478',
      MESSAGE = 'the DDL guard is not installed: only a superuser can make event triggers',
      DETAIL = 'The owner of a protected table can weaken it until the next `sminion-guard plan` names it.',
      HINT = 'Run `sminion-guard install` again as a superuser, where there is one; else run `sminion-guard plan` after each change of the schema.';
    RETURN;
  END IF;
  PERFORM pg_catalog.set_config('role', pg_catalog.current_setting('sminion.installer'), true);
  -- The first of them would refuse the others: see sminion.ddl_migration.
  EXECUTE pg_catalog.format('COMMENT ON TABLE sminion.ddl_migration IS %L', 'migration in transaction ' || pg_catalog.pg_current_xact_id());
  FOR made IN
    SELECT t.name, t.event, t.tags
    FROM (VALUES
      ('ddl_on_tables', 'ddl_command_end', ARRAY['CREATE TABLE', 'CREATE TABLE AS', 'SELECT INTO', 'ALTER TABLE', 'CREATE SCHEMA',
        'CREATE FOREIGN TABLE', 'ALTER FOREIGN TABLE']),
      ('ddl_on_views', 'ddl_command_end', ARRAY['CREATE VIEW', 'ALTER VIEW', 'CREATE MATERIALIZED VIEW', 'ALTER TABLE',
        'CREATE SCHEMA']),
      ('ddl_on_policies', 'ddl_command_end', ARRAY['CREATE POLICY', 'ALTER POLICY', 'CREATE TRIGGER', 'ALTER TRIGGER', 'COMMENT',
        'CREATE SCHEMA']),
      ('ddl_on_grants', 'ddl_command_end', ARRAY['GRANT', 'CREATE SCHEMA']),
      ('ddl_on_routines', 'ddl_command_end', ARRAY['CREATE FUNCTION', 'ALTER FUNCTION', 'CREATE PROCEDURE', 'ALTER PROCEDURE',
        'ALTER ROUTINE']),
      ('ddl_on_publications', 'ddl_command_end', ARRAY['CREATE PUBLICATION', 'ALTER PUBLICATION']),
      ('ddl_on_guard', 'ddl_command_end', ARRAY['CREATE FUNCTION', 'ALTER FUNCTION', 'CREATE PROCEDURE', 'ALTER PROCEDURE',
        'ALTER ROUTINE', 'ALTER TABLE', 'CREATE TABLE', 'CREATE VIEW', 'ALTER VIEW', 'CREATE TRIGGER', 'ALTER TRIGGER', 'CREATE RULE',
        'ALTER RULE', 'CREATE POLICY', 'ALTER SEQUENCE', 'ALTER DOMAIN', 'ALTER SCHEMA']),
      ('ddl_drops', 'sql_drop', NULL)
    ) AS t (name, event, tags)
  LOOP
    -- One that belongs to an extension cannot be dropped, unless it is let go first.
    of_extension := EXISTS (
      SELECT FROM pg_catalog.pg_event_trigger e JOIN pg_catalog.pg_depend d ON d.objid = e.oid
      WHERE e.evtname = 'sminion_' || made.name AND d.classid = 'pg_catalog.pg_event_trigger'::pg_catalog.regclass AND d.deptype = 'e');
    IF of_extension THEN
      EXECUTE pg_catalog.format('ALTER EXTENSION sminion_guard DROP EVENT TRIGGER sminion_%s', made.name);
    END IF;
    EXECUTE pg_catalog.format('DROP EVENT TRIGGER IF EXISTS sminion_%s', made.name);
    EXECUTE pg_catalog.format('ALTER FUNCTION sminion.%I() OWNER TO CURRENT_USER', made.name);
    -- PostgreSQL asks whoever trips it for the privilege. Nobody can call it.
    EXECUTE pg_catalog.format('GRANT EXECUTE ON FUNCTION sminion.%I() TO PUBLIC', made.name);
    EXECUTE pg_catalog.format('CREATE EVENT TRIGGER sminion_%s ON %s %s EXECUTE FUNCTION sminion.%I()', made.name, made.event,
      (SELECT 'WHEN TAG IN (' || pg_catalog.string_agg(pg_catalog.quote_literal(g), ', ' ORDER BY g) || ')' FROM pg_catalog.unnest(made.tags) g),
      made.name);
    EXECUTE pg_catalog.format('COMMENT ON EVENT TRIGGER sminion_%s IS %L', made.name, 'sminion_guard: see sminion.' || made.name || '()');
    -- The script of an extension makes members; all others are added, so that DROP EXTENSION takes them along.
    IF EXISTS (
      SELECT FROM pg_catalog.pg_extension x
      WHERE x.extname = 'sminion_guard' AND NOT EXISTS (
        SELECT FROM pg_catalog.pg_depend d JOIN pg_catalog.pg_event_trigger e ON e.oid = d.objid
        WHERE d.classid = 'pg_catalog.pg_event_trigger'::pg_catalog.regclass AND d.deptype = 'e' AND e.evtname = 'sminion_' || made.name))
    THEN
      EXECUTE pg_catalog.format('ALTER EXTENSION sminion_guard ADD EVENT TRIGGER sminion_%s', made.name);
    END IF;
  END LOOP;
  PERFORM pg_catalog.set_config('role', before, true);
END
$sminion$;

-- record_guard.sql
-- Last of all: how the objects look that this version made. A mark and a month stand in for those to come.
CREATE TABLE sminion.mark_0 ();
SELECT sminion.make_month('2000-01-01 00:00:00+00');
INSERT INTO sminion.guard_object (kind, name, fingerprint)
SELECT DISTINCT o.kind, CASE o.pattern WHEN 'mark_0' THEN 'mark' ELSE o.pattern END, o.fingerprint
FROM sminion.guard_objects() o WHERE o.pattern <> 'mark';
DROP TABLE sminion.mark_0, sminion.statement_event_2000_01, sminion.statement_result_2000_01, sminion.statement_subject_2000_01,
  sminion.log_fault_2000_01, sminion.write_event_2000_01, sminion.write_subject_2000_01;

-- roles/release.sql
-- The migration is over for the event triggers too: see sminion.ddl_migration.
SELECT pg_catalog.set_config('role', 'sminion_owner', true);
COMMENT ON TABLE sminion.ddl_migration IS 'no migration of the guard is at work';
-- Back to the installing role, which gives up its membership: from here on nobody can act as `sminion_owner`.
SELECT pg_catalog.set_config('role', pg_catalog.current_setting('sminion.installer'), true);
DO $sminion$
BEGIN
  IF NOT (SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user) THEN
    EXECUTE pg_catalog.format('REVOKE sminion_owner FROM %I', current_user);
  END IF;
END
$sminion$;
