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
