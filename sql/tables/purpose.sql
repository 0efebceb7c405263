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
