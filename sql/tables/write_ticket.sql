-- Under which ticket a statement that writes began: noted before its first row, read when it is recorded. A client cannot
-- change it, as it can a setting in mid-statement. Only the transaction that made a row needs it, so every row that another
-- one sees is over: sminion.settle removes them. Lost in a crash, as the transactions are.
--
-- One row for each statement of the client, whatever it runs. It is found by its place, which sminion.fix_ticket leaves in a
-- setting, and never through the index: a search would let serializable transactions that write at once fail each other.
CREATE UNLOGGED TABLE sminion.write_ticket (
  transaction xid8        NOT NULL,
  -- statement_timestamp()
  statement   timestamptz NOT NULL,
  ticket      bigint      NOT NULL,
  -- the ticket's role, and the mask of its purpose
  role        name        NOT NULL,
  mask        bigint      NOT NULL,
  -- the subject that the ticket names, where sminion.permit_correction looks at the write: the ticket rests on a request, or its purpose
  -- sees blocked people
  about       text,
  PRIMARY KEY (transaction, statement)
);
COMMENT ON TABLE sminion.write_ticket IS 'tickets of the statements that are writing just now';
