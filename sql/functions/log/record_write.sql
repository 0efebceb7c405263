-- Records one writing statement, for the trigger functions made from templates/write_function, which act as the owner of
-- the log. Nobody else may call it. True, so that it is called in an assignment: PERFORM would start an executor.
--
-- rows:     NULL for TRUNCATE.
-- subjects: those that are listed; `bulk` counts the others, and is NULL when there are none.
--
-- The row stands in the journal until it is folded: one INSERT into one table, which needs no month and no subject's index.
-- The note of sminion.fix_ticket is looked up by the INSERT itself, as sminion.fixed_ticket would, which says why without
-- sequential scans.
CREATE FUNCTION sminion.record_write(
  schema_name name, table_name name, command text, columns text[], rows bigint, subjects text[], bulk bigint
) RETURNS boolean
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off
SET jit = off
AS $sminion$
DECLARE
  -- 62 random bits. No sequence: see sminion.write_event.
  number CONSTANT bigint :=
    ('x' || right(encode(uuid_send(gen_random_uuid()), 'hex'), 16))::bit(64)::bigint & 4611686018427387903;
  what     CONSTANT text := CASE command WHEN 'INSERT' THEN 'collect' WHEN 'UPDATE' THEN 'clarify' ELSE 'delete' END;
  token    text := current_setting('sminion.token', true);
  acting   text := current_setting('role');
  place    text := current_setting('sminion.write_ticket', true);
  named    text := schema_name || '.' || table_name;
  entered  bigint;
BEGIN
  IF named COLLATE "C" !~ '^[ -~]+$' OR length(named) > 200 THEN
    named := sminion.log_text(named, 200);
  END IF;
  IF place COLLATE "C" ~ '^\([0-9]{1,9},[0-9]{1,4}\)$' THEN
    -- What the settings say by now is the client's word, and may be another one than before the statement: see fix_ticket.
    INSERT INTO sminion.journal (event)
    SELECT jsonb_build_object(
      'id', number, 'ticket', w.ticket, 'role', w.role, 'operation', what, 'relation', named, 'columns', record_write.columns,
      'rows', record_write.rows, 'bulk', record_write.bulk, 'subjects', record_write.subjects)
    FROM sminion.write_ticket w
    WHERE w.ctid = place::tid AND w.transaction = pg_current_xact_id() AND w.statement = statement_timestamp()
      AND w.role = acting AND starts_with(token, w.ticket || '.') AND w.about IS NULL;
    IF FOUND THEN
      RETURN true;
    END IF;
    entered := sminion.fixed_ticket();
  END IF;
  IF entered IS NOT NULL THEN
    PERFORM sminion.permit_correction(entered, schema_name, named, command, record_write.rows, record_write.subjects, record_write.bulk);
  ELSIF EXISTS (SELECT FROM sminion.login l WHERE l.login = session_user) AND NOT sminion.destroying() THEN
    RAISE EXCEPTION USING ERRCODE = 'SG223',
      MESSAGE = format('ticket or role changed while a statement wrote to `%s.%s`', schema_name, table_name),
      HINT = 'Change the ticket before or after the statement, with `sminion.enter`.';
  -- Of others the setting is a word too: only a token that was issued to this login names a ticket.
  ELSIF token <> '' THEN
    SELECT k.id INTO entered FROM sminion.ticket k
    WHERE k.token_hash = sha256(convert_to(token, 'UTF8')) AND (k.login = session_user) IS TRUE;
  END IF;
  INSERT INTO sminion.journal (event) VALUES (jsonb_build_object(
    'id', number, 'ticket', entered, 'role', coalesce(nullif(acting, 'none'), session_user), 'operation', what,
    'relation', named, 'columns', record_write.columns, 'rows', record_write.rows, 'bulk', record_write.bulk,
    'subjects', record_write.subjects));
  RETURN true;
END
$sminion$;
