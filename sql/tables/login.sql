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
