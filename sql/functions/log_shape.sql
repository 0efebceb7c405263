-- Records a shape of statements, once; returns its number, which entries of sminion.log_statements name.
--
-- shape: an object: codes, operations, relations, columns, fingerprint, statement.
CREATE FUNCTION sminion.log_shape(shape jsonb) RETURNS bigint
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  found_id bigint;
  s        record;
  hash     bytea;
BEGIN
  SELECT sminion.log_texts(r.codes, 50) AS codes, r.operations, sminion.log_texts(r.relations, 200) AS relations,
         sminion.log_texts(r.columns, 1000) AS columns, sminion.log_text(r.fingerprint, 200) AS fingerprint,
         sminion.log_text(r.statement, 8000) AS statement
  INTO s
  FROM jsonb_to_record(log_shape.shape) AS r (
    codes text[], operations text[], relations text[], columns text[], fingerprint text, statement text);
  hash := sha256(convert_to(to_jsonb(s)::text, 'UTF8'));
  SELECT h.id INTO found_id FROM sminion.statement_shape h WHERE h.digest = hash;
  IF found_id IS NULL THEN
    -- A log that a crash could lose is none: a login that commits without waiting for the disk waits here.
    IF current_setting('synchronous_commit') = 'off' THEN
      PERFORM set_config('synchronous_commit', 'on', true);
    END IF;
    INSERT INTO sminion.statement_shape AS h (
      digest, verdict, codes, operations, relations, columns, fingerprint, statement)
    VALUES (
      hash, CASE WHEN s.codes = '{}' THEN 'allowed' ELSE 'refused' END, s.codes, s.operations, s.relations,
      s.columns, s.fingerprint, s.statement)
    ON CONFLICT ON CONSTRAINT statement_shape_digest_key DO NOTHING
    RETURNING h.id INTO found_id;
    IF found_id IS NULL THEN  -- somebody else recorded it at the same moment
      SELECT h.id INTO found_id FROM sminion.statement_shape h WHERE h.digest = hash;
    END IF;
  END IF;
  RETURN found_id;
EXCEPTION WHEN data_exception OR integrity_constraint_violation THEN
  RAISE EXCEPTION USING ERRCODE = 'SG605',
    MESSAGE = 'a shape of statements is malformed',
    DETAIL = SQLERRM,
    HINT = 'See sql/functions/log_shape.sql.';
END
$sminion$;
