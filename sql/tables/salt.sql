-- What the commitments in the leaves of the log are salted with: one row for each person and login that the log names, and for each
-- actor in each month. So the names of a month can be forgotten while the same people go on working: see sminion.forget_actors.
--
-- A leaf names nobody. It has SHA-256(SHA-256(salt || number of the event || name of the field) || value), so nobody can find the
-- value by hashing every possible one, and two leaves about one person have nothing in common. The inner hash opens one field of
-- one event only. Without the row nobody can say any more whom a leaf is about, and every proof stays valid.
--
-- holder: `subject:` and the key; `actor:`, the month of the event (UTC) and the name; `texts:` and the month, of reasons and references;
--         or `login:` and the name.
-- salt:   244 random bits, hashed once.
CREATE TABLE sminion.salt (
  holder text  COLLATE "C" PRIMARY KEY,
  salt   bytea NOT NULL DEFAULT pg_catalog.sha256(pg_catalog.uuid_send(pg_catalog.gen_random_uuid())
           || pg_catalog.uuid_send(pg_catalog.gen_random_uuid()))
           CHECK (pg_catalog.octet_length(salt) = 32)
);
COMMENT ON TABLE sminion.salt IS 'salts of the commitments that stand in the leaves of the log instead of names';
