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
