-- A process begins to write the log of statements: its number and its secret, which proves its rows of the journal
-- (sminion.journal_batches). The row keeps only the secret's hash. Sessions of one login see each other's statements in pg_stat_activity, so a client
-- passes the secret as a bound parameter and never in the text.
--
-- A login that holds purposes in this database has its tickets here, whatever was said of it before.
--
-- At most 100,000 in an hour for each login (SG610), so that no loop fills the table. An application opens one for each
-- process, and another one after an answer of the log was lost for good.
CREATE FUNCTION sminion.open_log(OUT writer bigint, OUT secret text) RETURNS record
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
BEGIN
  IF (SELECT count(*) FROM (
        SELECT FROM sminion.log_writer w
        WHERE w.login = session_user AND w.opened_at > clock_timestamp() - interval '1 hour'
        LIMIT 100000) AS of_late) = 100000
  THEN
    RAISE EXCEPTION USING ERRCODE = 'SG610',
      MESSAGE = format('login `%s` has opened 100000 log writers within an hour', session_user),
      HINT = 'Keep one for each process, as guarded connections do, and find out who opens the others: '
        || '`application` and `client_address` in `sminion.log_writer`.';
  END IF;
  -- two random UUIDs: 244 random bits, hashed once, of which the secret carries 128
  secret := left(encode(sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())), 'hex'), 32);
  INSERT INTO sminion.log_writer AS w (home, secret_hash)
  VALUES (
    (SELECT h.id FROM sminion.log_home h
     WHERE h.login = session_user AND h.ended_at IS NULL
       AND NOT EXISTS (SELECT FROM sminion.login l WHERE l.login = session_user)),
    sha256(convert_to(secret, 'UTF8')))
  RETURNING w.id INTO writer;
END
$sminion$;
COMMENT ON FUNCTION sminion.open_log() IS 'opens a writer of the log for a process; returns its number and secret';
