-- How far the events of each kind are numbered (sminion.number_events): all with a lower transaction, and those of this
-- transaction up to the key. The rows are made by sminion.begin_log.
CREATE TABLE sminion.event_source (
  kind        text   PRIMARY KEY,
  transaction xid8   NOT NULL DEFAULT '0',
  key         bigint NOT NULL DEFAULT 0,
  -- Rows up to this key came with a copy of another cluster, and have transactions of that one.
  restored    bigint NOT NULL DEFAULT -1
);
COMMENT ON TABLE sminion.event_source IS 'how far the events of each kind are numbered';
