-- The DBA of the log's database says: `login` writes its log here no more. Its rows stay. False when it did not.
CREATE FUNCTION sminion.end_log_of(login name) RETURNS boolean
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
#variable_conflict use_column
BEGIN
  UPDATE sminion.log_home h SET ended_at = clock_timestamp(), ended_by = session_user
  WHERE h.login = end_log_of.login AND h.ended_at IS NULL;
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  PERFORM sminion.record_act('end_log_of', jsonb_build_object('login', end_log_of.login), NULL);
  EXECUTE format(
    'REVOKE ALL ON ROUTINE sminion.open_log(), sminion.knows_log(bigint, text), sminion.log_shape(jsonb), '
    || 'sminion.maintain(boolean), sminion.maintain_step(text), sminion.count_journal(integer, boolean) FROM %I', end_log_of.login);
  EXECUTE format('REVOKE ALL ON sminion.journal FROM %I', end_log_of.login);
  EXECUTE format('REVOKE ALL ON SCHEMA sminion FROM %I', end_log_of.login);
  RETURN true;
END
$sminion$;
COMMENT ON FUNCTION sminion.end_log_of(name) IS 'this database no longer keeps the log of a login; false if it did not';
