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
