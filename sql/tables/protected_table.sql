-- The tables whose rows carry a mask, as `settle` and `backfill` need to know them.
CREATE TABLE sminion.protected_table (
  schema_name     text    NOT NULL,
  table_name      text    NOT NULL,
  subject_columns text[]  NOT NULL CHECK (pg_catalog.cardinality(subject_columns) > 0),
  -- of each subject column: its type, what stands before the key in a subject (the kind and a colon, or nothing where the
  -- policy names no kinds), and whether NULL says that the row is about its other subjects only
  key_types       text[]    NOT NULL CHECK (key_types <@ ARRAY['bigint', 'uuid', 'text']),
  prefixes        text[]    NOT NULL,
  optional        boolean[] NOT NULL,
  -- how the subject is found, up to the table that has it: masks that were computed from another one are not kept
  subject_terms   text    NOT NULL,
  depth           integer NOT NULL DEFAULT 0 CHECK (depth >= 0),
  -- where a child finds its subject: `parent_subject` of the row whose `parent_key` is the child's `child_column`
  parent_schema   text,
  parent_table    text,
  parent_key      text,
  parent_subject  text,
  child_column    text,
  -- rows about nobody, whose subjects are all NULL, permit everything; else nothing
  anonymous       boolean NOT NULL DEFAULT false,
  -- bits of the purposes that reach the table, and bits that its rows may carry as an earlier policy meant them: never both
  -- once the masks are filled in. So a change fills in the masks of those tables only that it is about.
  bits            bigint  NOT NULL,
  dated_bits      bigint  NOT NULL DEFAULT 0,
  -- backfill: blocks below `next_block` carry the masks of `backfill_epoch`; NULL means done for that epoch
  next_block      bigint           DEFAULT 0 CHECK (next_block >= 0),
  -- blocks below it with rows that were locked when backfill came to them: it comes again
  gaps            bigint[] NOT NULL DEFAULT '{}',
  PRIMARY KEY (schema_name, table_name),
  CHECK (pg_catalog.cardinality(key_types) = pg_catalog.cardinality(subject_columns)
    AND pg_catalog.cardinality(prefixes) = pg_catalog.cardinality(subject_columns)
    AND pg_catalog.cardinality(optional) = pg_catalog.cardinality(subject_columns)),
  CHECK ((depth = 0) = (pg_catalog.num_nonnulls(parent_schema, parent_table, parent_key, parent_subject, child_column) = 0))
);
COMMENT ON TABLE sminion.protected_table IS 'tables whose rows carry guard_mask, and how far their masks are filled in';
COMMENT ON COLUMN sminion.protected_table.depth IS 'steps from the subject: a child is filled after its parent';
