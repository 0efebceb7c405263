-- Empty. Its comment is how a migration of the guard proves itself to the event triggers: it names the transaction that may
-- change what protects the tables. Only `sminion_owner` can write a comment on it, everybody can read it (which the event triggers
-- need, since they run as whoever trips them), and a rollback takes it back.
--
-- Made by CREATE EXTENSION of a dump, it says so until the first maintenance or `apply`: see extension/end.sql.
CREATE TABLE sminion.ddl_migration ();
COMMENT ON TABLE sminion.ddl_migration IS 'no migration of the guard is at work';
