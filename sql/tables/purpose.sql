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
