-- The DBA of the log's database says: `login` has its tickets in `database` of another cluster or of this one, and writes
-- its log of statements here. From then on its rows are taken without a look at their tickets, which are not here, and each
-- says by its writer which home it comes from. Returns the number of the home.
--
-- system_identifier: of the cluster that holds the data, `SELECT system_identifier FROM pg_control_system()` there.
CREATE FUNCTION sminion.keep_log_of(login name, database name, system_identifier bigint) RETURNS bigint
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
#variable_conflict use_column
DECLARE
  home bigint;
BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles r WHERE r.rolname = keep_log_of.login) THEN
    RAISE EXCEPTION USING ERRCODE = 'SG607',
      MESSAGE = format('there is no login `%s` in this cluster', coalesce(keep_log_of.login, 'NULL')),
      HINT = 'Create it first, without any other privilege.';
  END IF;
  IF coalesce(btrim(keep_log_of.database), '') = '' OR keep_log_of.system_identifier IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'SG607',
      MESSAGE = 'the database that has the tickets is not named',
      HINT = 'Pass its name and `SELECT system_identifier FROM pg_control_system()` of its cluster.';
  END IF;
  -- Where the tickets are here, they are looked at.
  IF EXISTS (SELECT FROM sminion.login l WHERE l.login = keep_log_of.login) THEN
    RAISE EXCEPTION USING ERRCODE = 'SG607',
      MESSAGE = format('login `%s` has its tickets in this database', keep_log_of.login),
      HINT = 'Use a separate login for the log of another database.';
  END IF;
  PERFORM sminion.begin_log();
  PERFORM sminion.begin_load(keep_log_of.login);
  UPDATE sminion.log_home h SET ended_at = clock_timestamp(), ended_by = session_user
  WHERE h.login = keep_log_of.login AND h.ended_at IS NULL;
  INSERT INTO sminion.log_home (login, database, system_identifier)
  VALUES (keep_log_of.login, keep_log_of.database, keep_log_of.system_identifier)
  RETURNING id INTO home;
  PERFORM sminion.record_act('keep_log_of', jsonb_build_object(
    'login', keep_log_of.login, 'database', keep_log_of.database, 'system_identifier', keep_log_of.system_identifier), NULL);
  EXECUTE format('GRANT USAGE ON SCHEMA sminion TO %I', keep_log_of.login);
  EXECUTE format(
    'GRANT EXECUTE ON ROUTINE sminion.open_log(), sminion.knows_log(bigint, text), sminion.log_shape(jsonb), '
    || 'sminion.maintain(boolean), sminion.maintain_step(text), sminion.count_journal(integer, boolean) TO %I', keep_log_of.login);
  EXECUTE format('GRANT INSERT (writer, first, proof, entries) ON sminion.journal TO %I', keep_log_of.login);
  RETURN home;
END
$sminion$;
COMMENT ON FUNCTION sminion.keep_log_of(name, name, bigint) IS 'this database keeps the log of a login of another one';
