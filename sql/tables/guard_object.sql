-- What the installed version made in schema `sminion`, and how each object looked then: what `plan` compares with. Months
-- of the logs look like the month of the installation.
CREATE TABLE sminion.guard_object (
  kind        text NOT NULL CHECK (kind IN ('function', 'table', 'trigger', 'view', 'sequence', 'event trigger', 'other')),
  name        text NOT NULL,
  fingerprint text NOT NULL,
  PRIMARY KEY (kind, name)
);
COMMENT ON TABLE sminion.guard_object IS 'the objects of schema sminion as the installed version made them';
