-- Keeps a checkpoint that was signed outside of the database, for those who verify. Nothing here can tell whether it is true: it
-- is compared with the log's own tree, and signatures are verified by whoever reads it.
CREATE FUNCTION sminion.record_checkpoint(size bigint, root bytea, note text) RETURNS void
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  present bigint := (SELECT s.size FROM sminion.tree_state s);
BEGIN
  IF record_checkpoint.size > present OR record_checkpoint.size < 0 OR octet_length(record_checkpoint.root) <> 32
     OR length(record_checkpoint.note) > 65536 OR record_checkpoint.note IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'SG617',
      MESSAGE = format('no checkpoint of %s events', record_checkpoint.size),
      DETAIL = format('The tree of the log has %s.', present),
      HINT = 'Make checkpoints with `sminion-guard audit seal`.';
  END IF;
  INSERT INTO sminion.checkpoint (size, root, note)
  VALUES (record_checkpoint.size, record_checkpoint.root, record_checkpoint.note);
END
$sminion$;
COMMENT ON FUNCTION sminion.record_checkpoint(bigint, bytea, text) IS 'keeps a signed checkpoint of the log';
