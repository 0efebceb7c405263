-- The Merkle tree of the log (RFC 6962) as tiles of C2SP tlog-tiles: `hashes` is what a file of the tile holds, up to 256 hashes of
-- 32 bytes. A tile of level 0 has the hashes of leaves, one of level n the roots of full tiles of level n - 1.
-- sminion.grow_tree appends to the last tile of each level, and nothing else ever changes here.
CREATE TABLE sminion.tile (
  level  smallint NOT NULL CHECK (level BETWEEN 0 AND 7),
  index  bigint   NOT NULL CHECK (index >= 0),
  hashes bytea    NOT NULL CHECK (pg_catalog.octet_length(hashes) % 32 = 0
           AND pg_catalog.octet_length(hashes) BETWEEN 32 AND 8192),
  PRIMARY KEY (level, index)
);
-- Hashes cannot be compressed.
ALTER TABLE sminion.tile ALTER hashes SET STORAGE EXTERNAL;
COMMENT ON TABLE sminion.tile IS 'the Merkle tree of the log, as tiles of C2SP tlog-tiles';
