-- Whether row security was on, and forced, on a table or partition before `apply` switched it on: the way back leaves it as
-- it was. A table of the application's own policies without them would be open to everybody.
CREATE TABLE sminion.row_security_before (
  relation  regclass PRIMARY KEY,
  protected regclass NOT NULL,
  enabled   boolean  NOT NULL,
  forced    boolean  NOT NULL
);
COMMENT ON TABLE sminion.row_security_before IS 'row security of tables and partitions as it was before the policy';
COMMENT ON COLUMN sminion.row_security_before.protected IS 'the table of the policy that it is, or is a partition of';
