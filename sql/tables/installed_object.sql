-- What the policy compiled to and is in place: the digest tells INSTALLED from OUTDATED; the fingerprint query
-- tells MISSING (no answer) and ALTERED (another answer than after installing); it reads names from `o.given`, so that one
-- query serves all objects of a kind;
-- the reverse removes what a later policy no longer has, without the compiler that made it.
CREATE TABLE sminion.installed_object (
  key        text        PRIMARY KEY,
  position   integer     NOT NULL,
  digest     text        NOT NULL,
  reverse    text        NOT NULL,
  fingerprint_query text NOT NULL,
  given      jsonb       NOT NULL DEFAULT '{}',
  as_owner   boolean     NOT NULL,
  fingerprint text,
  applied_at timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp()
);
COMMENT ON COLUMN sminion.installed_object.as_owner IS 'whether it is made and undone as `sminion_owner`, not as the installing role';
COMMENT ON TABLE sminion.installed_object IS 'compiled statements in place, with how to recognise and undo each';
