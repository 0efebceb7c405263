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
