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
  number bigint;
  token  text := current_setting('sminion.token', true);
  entered bigint;
BEGIN
  IF to_regclass('sminion.write_subject' || to_char(moment AT TIME ZONE 'UTC', '_YYYY_MM')) IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'SG602',
      MESSAGE = format('the log of writes has no partition for %s', to_char(moment AT TIME ZONE 'UTC', 'YYYY-MM')),
      DETAIL = 'What cannot be recorded is not written.',
      HINT = 'Run `SELECT sminion.extend_log()`, and schedule it with `settle`.';
  END IF;
  -- The setting is the client's: only a token whose secret and login are right names a ticket. The cast is safe after the
  -- test of its form.
  IF length(split_part(token, '.', 1)) BETWEEN 1 AND 18 AND ltrim(split_part(token, '.', 1), '0123456789') = '' THEN
    SELECT k.id INTO entered FROM sminion.ticket k
    WHERE k.id = split_part(token, '.', 1)::bigint
      AND k.secret_hash = sha256(convert_to(split_part(token, '.', 2), 'UTF8'))
      AND token = concat_ws('.', k.id, split_part(token, '.', 2), k.role)
      AND k.login = session_user;
  END IF;
  number := nextval('sminion.write_number');
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
