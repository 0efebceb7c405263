-- Keeps a checkpoint that was signed outside of the database, for those who verify. It must be one of this tree, in the form of
-- C2SP tlog-checkpoint: the table is append-only, so whatever gets in stays. Whether a signature is good, nothing here can tell.
--
-- No literal with a backslash: what one means depends on a setting of the caller.
CREATE FUNCTION sminion.record_checkpoint(size bigint, root bytea, note text) RETURNS void
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  present bigint := (SELECT s.size FROM sminion.tree_state s);
  lines   text[];
  fault   text;
BEGIN
  IF (record_checkpoint.size BETWEEN 0 AND present) IS NOT TRUE THEN
    fault := format('The tree of the log has %s events.', present);
  ELSIF (record_checkpoint.root = sminion.tree_root(record_checkpoint.size)) IS NOT TRUE THEN
    fault := 'The tree of the log has another root at this size.';
  ELSIF (octet_length(record_checkpoint.note) <= 16384) IS NOT TRUE THEN
    fault := 'A note has at most 16384 bytes.';
  ELSE
    lines := string_to_array(record_checkpoint.note, chr(10));
    -- origin, size, root, an empty line, signatures, and nothing after the last newline
    IF cardinality(lines) NOT BETWEEN 6 AND 105 OR lines[1] = '' OR lines[2] <> record_checkpoint.size::text
       OR lines[3] <> encode(record_checkpoint.root, 'base64') OR lines[4] <> '' OR lines[cardinality(lines)] <> ''
       OR translate(record_checkpoint.note, chr(10), '') COLLATE "C" ~ '[[:cntrl:]]'
       OR EXISTS (SELECT FROM unnest(lines[5 : cardinality(lines) - 1]) AS line
                  WHERE line COLLATE "C" !~ ('^' || chr(8212) || ' [^ +]+ [A-Za-z0-9+/]+={0,2}$')) THEN
      fault := 'The note must have the lines origin, size and root, an empty line, and lines of signatures.';
    END IF;
  END IF;
  IF fault IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'SG617',
      MESSAGE = format('no checkpoint of %s events', record_checkpoint.size),
      DETAIL = fault,
      HINT = 'Make checkpoints with `sminion-guard audit seal`.';
  END IF;
  INSERT INTO sminion.checkpoint (size, root, note)
  VALUES (record_checkpoint.size, record_checkpoint.root, record_checkpoint.note);
END
$sminion$;
COMMENT ON FUNCTION sminion.record_checkpoint(bigint, bytea, text) IS 'keeps a signed checkpoint of the log';
