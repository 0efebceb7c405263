-- One row per statement that wrote to a protected table, by whatever client: made by the table's own triggers in the
-- statement's transaction, so a write that was rolled back left none. Append-only; partitions are made by
-- sminion.make_month.
--
-- `at`, then `id`, is the order. The number is random and from no sequence: made in the application's session, it would
-- become what lastval() answers there after an INSERT.
--
-- Without CHECKs: each would be read from the catalog and prepared anew by every statement that writes, which took half of
-- the time of this INSERT. Only sminion.record_write inserts here, and what it inserts is its own.
CREATE TABLE sminion.write_event (
  at          timestamptz NOT NULL,
  -- of the event, over all kinds of events
  number      bigint      NOT NULL,
  id          bigint      NOT NULL,
  transaction xid8        NOT NULL,
  -- the one that was entered, if it is a ticket of this login; NULL for those whom row security does not bind
  ticket      bigint,
  login       name        NOT NULL,
  -- what the session acted as; in a definer function, what its caller acts as
  role        name        NOT NULL,
  -- collect, clarify or delete
  operation   text        NOT NULL,
  relation    text        NOT NULL,
  -- names, never values: those that got a value (collect), those whose value changed (clarify)
  columns     text[]      NOT NULL,
  -- NULL for all rows of the table at once, uncounted: TRUNCATE
  rows        bigint,
  -- how many subjects were not listed one by one, because they were too many
  bulk        bigint
) PARTITION BY RANGE (at);
COMMENT ON TABLE sminion.write_event IS 'every write to a protected table: who, what, which columns, how many rows';
