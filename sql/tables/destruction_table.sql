-- What a destruction does to each table, and how far it is.
CREATE TABLE sminion.destruction_table (
  destruction    bigint  REFERENCES sminion.destruction,
  schema_name    text,
  table_name     text,
  -- rows that refer to others go before them
  place          integer NOT NULL,
  way            text    NOT NULL CHECK (way IN ('destroy', 'depersonalize')),
  -- of rows about several people
  shared         text    NOT NULL CHECK (shared IN ('last', 'first', 'unlink')),
  -- NULL where they were not counted
  planned        bigint,
  destroyed      bigint  NOT NULL DEFAULT 0,
  depersonalized bigint  NOT NULL DEFAULT 0,
  unlinked       bigint  NOT NULL DEFAULT 0,
  -- held: a hold keeps the rows; done: no row of the person was left
  state          text    NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'held', 'done')),
  -- what was in the way when it was tried last
  cause          text,
  hold           bigint  REFERENCES sminion.hold,
  tried          integer NOT NULL DEFAULT 0,
  -- rows of the next batch
  batch_rows     integer NOT NULL DEFAULT 200 CHECK (batch_rows > 0),
  batches        integer NOT NULL DEFAULT 0,
  longest        interval,
  done_at        timestamptz,
  PRIMARY KEY (destruction, schema_name, table_name)
);
COMMENT ON TABLE sminion.destruction_table IS 'what a destruction does to each table, and how far it is';
