-- Whether the log knows this writer of the login and its secret. A process asks after it has connected anew: a log that was
-- restored may have lost its writer, and then it opens another one.
CREATE FUNCTION sminion.knows_log(writer bigint, secret text) RETURNS boolean
LANGUAGE sql
STABLE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
  SELECT EXISTS (
    SELECT FROM sminion.log_writer w
    WHERE w.id = knows_log.writer AND w.login = session_user AND w.secret_hash = sha256(convert_to(knows_log.secret, 'UTF8')))
$sminion$;
COMMENT ON FUNCTION sminion.knows_log(bigint, text) IS 'whether the log knows a writer of this login';
