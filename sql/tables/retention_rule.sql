-- The retention of each table by the policy in force, and how far sminion.purge_step is with it. Written by sminion.record_retention.
CREATE TABLE sminion.retention_rule (
  schema_name   text,
  table_name    text,
  -- rows are kept for `keep` after the moment in `after_column`, in the time zone `zone`
  after_column  text        NOT NULL,
  keep          text        NOT NULL,
  zone          text        NOT NULL,
  way           text        NOT NULL CHECK (way IN ('destroy', 'depersonalize')),
  -- column to operator, as in the policy
  depersonalize jsonb       NOT NULL DEFAULT '{}',
  -- rows that lead to others go before them
  place         integer     NOT NULL,
  -- in force as it is: sminion.maintain purges by it a day later only, so that a slip in a policy can be taken back
  since         timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
  -- the transaction whose batch runs now: by it triggers know the guard's own deletes
  batch         xid8,
  -- rows of the next batch
  batch_rows    integer     NOT NULL DEFAULT 200 CHECK (batch_rows > 0),
  -- when sminion.maintain looks at it again
  retry_at      timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
  -- the last batch, and when it was last seen that nothing expired was left but what stays
  run_at        timestamptz,
  done_at       timestamptz,
  -- what was in the way when it was tried last
  cause         text,
  -- rows since the rule is there, and those of them that no event of the log tells yet
  purged        bigint      NOT NULL DEFAULT 0,
  unrecorded    bigint      NOT NULL DEFAULT 0,
  batches       bigint      NOT NULL DEFAULT 0,
  longest       interval,
  -- how long nobody had looked, before the look last but what follows at once
  gap           interval,
  -- the partition that transaction `dropping_by` has looked at, and is about to drop
  dropping      oid,
  dropping_name text,
  dropping_rows bigint,
  dropping_by   xid8,
  PRIMARY KEY (schema_name, table_name)
);
CREATE INDEX retention_rule_batch ON sminion.retention_rule (batch) WHERE batch IS NOT NULL;
COMMENT ON TABLE sminion.retention_rule IS 'retention by the policy in force, and how far expired rows are purged';
