-- Records one writing statement, for the trigger functions made from templates/write_function, which act as the owner of
-- the log. Nobody else may call it.
--
-- rows:     NULL for TRUNCATE.
-- subjects: those that are listed; `bulk` counts the others, and is NULL when there are none.
CREATE FUNCTION sminion.record_write(
  schema_name name, table_name name, command text, columns text[], rows bigint, subjects text[], bulk bigint
) RETURNS void
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  moment timestamptz := clock_timestamp();
  -- 62 random bits. No sequence: see sminion.write_event.
  number CONSTANT bigint :=
    ('x' || right(encode(uuid_send(gen_random_uuid()), 'hex'), 16))::bit(64)::bigint & 4611686018427387903;
  token  text := current_setting('sminion.token', true);
  entered bigint;
BEGIN
  IF to_regclass('sminion.write_subject' || to_char(moment AT TIME ZONE 'UTC', '_YYYY_MM')) IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'SG602',
      MESSAGE = format('the log of writes has no partition for %s', to_char(moment AT TIME ZONE 'UTC', 'YYYY-MM')),
      DETAIL = 'What cannot be recorded is not written.',
      HINT = 'Run `SELECT sminion.extend_log()`, and schedule it with `settle`.';
  END IF;
  entered := sminion.fixed_ticket();
  IF entered IS NOT NULL OR EXISTS (SELECT FROM sminion.login l WHERE l.login = session_user) THEN
    -- What the settings say by now is the client's word, and may be another one than before the statement: see fix_ticket.
    IF entered IS NULL OR token IS NULL OR NOT starts_with(token, entered || '.')
       OR split_part(token, '.', 3) <> current_setting('role')
    THEN
      RAISE EXCEPTION USING ERRCODE = 'SG223',
        MESSAGE = format('ticket or role changed while a statement wrote to `%s.%s`', schema_name, table_name),
        HINT = 'Change the ticket before or after the statement, with `sminion.enter`.';
    END IF;
  -- Of others the setting is a word too: only a token that was issued to this login names a ticket.
  ELSIF token <> '' THEN
    SELECT k.id INTO entered FROM sminion.ticket k
    WHERE k.token_hash = sha256(convert_to(token, 'UTF8')) AND k.login = session_user;
  END IF;
  INSERT INTO sminion.write_event AS e (
    at, id, transaction, ticket, login, role, operation, relation, columns, rows, bulk
  ) VALUES (
    moment, number, pg_current_xact_id(), entered, session_user,
    coalesce(nullif(current_setting('role'), 'none'), session_user),
    CASE command WHEN 'INSERT' THEN 'collect' WHEN 'UPDATE' THEN 'clarify' ELSE 'delete' END,
    sminion.log_text(concat_ws('.', schema_name, table_name), 200), record_write.columns, record_write.rows,
    record_write.bulk
  );
  INSERT INTO sminion.write_subject (at, event, subject)
  SELECT moment, number, s.subject FROM unnest(subjects) AS s (subject);
END
$sminion$;
