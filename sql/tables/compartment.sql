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
