-- Records a shape of statements; returns its number, which entries of the journal name. A shape that is on
-- record already has a number, whoever recorded it.
--
-- shape: an object: codes, operations, relations, columns, fingerprint, statement.
--
-- The digest is not unique: with a unique index, whoever recorded a common shape and left the transaction open would make
-- every other session wait that records the same one. Two sessions that record it at the same moment make two rows, which
-- say the same.
--
-- At most 256 MB within a day for each login (SG611): shapes are kept for ever, and no loop may fill the disk with them.
CREATE FUNCTION sminion.log_shape(shape jsonb) RETURNS bigint
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  most     CONSTANT bigint := 256 * 1024 * 1024;
  found_id bigint;
  s        record;
  said     bytea;
  hash     bytea;
  before   bigint;
  of_today bigint;
BEGIN
  SELECT sminion.log_texts(r.codes, 50) AS codes, r.operations, sminion.log_texts(r.relations, 200) AS relations,
         sminion.log_texts(r.columns, 1000) AS columns, sminion.log_text(r.fingerprint, 200) AS fingerprint,
         sminion.log_text(r.statement, 8000) AS statement
  INTO s
  FROM jsonb_to_record(log_shape.shape) AS r (
    codes text[], operations text[], relations text[], columns text[], fingerprint text, statement text);
  said := convert_to(to_jsonb(s)::text, 'UTF8');
  hash := sha256(said);
  SELECT h.id INTO found_id FROM sminion.statement_shape h WHERE h.digest = hash ORDER BY h.id LIMIT 1;
  IF found_id IS NOT NULL THEN
    RETURN found_id;
  END IF;

  SELECT h.recorded INTO before FROM sminion.statement_shape h
  WHERE h.login = session_user ORDER BY h.seen_at DESC LIMIT 1;
  before := coalesce(before, 0);
  SELECT before - h.recorded INTO of_today FROM sminion.statement_shape h
  WHERE h.login = session_user AND h.seen_at <= clock_timestamp() - interval '1 day' ORDER BY h.seen_at DESC LIMIT 1;
  IF coalesce(of_today, before) + length(said) > most THEN
    RAISE EXCEPTION USING ERRCODE = 'SG611',
      MESSAGE = format('login `%s` has recorded %s of new forms of statements within a day', session_user,
        pg_size_pretty(coalesce(of_today, before))),
      DETAIL = format('At most %s are taken, since they are kept for ever.', pg_size_pretty(most)),
      HINT = 'Pass values as parameters instead of writing them into the text as names of columns, aliases or tables. '
        || 'Statements whose form is on record go on.';
  END IF;
  -- A log that a crash could lose is none: a login that commits without waiting for the disk waits here.
  IF current_setting('synchronous_commit') = 'off' THEN
    PERFORM set_config('synchronous_commit', 'on', true);
  END IF;
  INSERT INTO sminion.statement_shape AS h (
    digest, recorded, verdict, codes, operations, relations, columns, fingerprint, statement)
  VALUES (
    hash,
    -- with what the row and its entries in indexes take beside the text
    before + length(said) + 300,
    CASE WHEN s.codes = '{}' THEN 'allowed' ELSE 'refused' END, s.codes, s.operations, s.relations, s.columns,
    s.fingerprint, s.statement)
  RETURNING h.id INTO found_id;
  RETURN found_id;
EXCEPTION WHEN data_exception OR integrity_constraint_violation THEN
  RAISE EXCEPTION USING ERRCODE = 'SG605',
    MESSAGE = 'a shape of statements is malformed',
    DETAIL = SQLERRM,
    HINT = 'See sql/functions/log/log_shape.sql.';
END
$sminion$;
COMMENT ON FUNCTION sminion.log_shape(jsonb) IS 'records the shape of a statement once; its number';
