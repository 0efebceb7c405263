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
