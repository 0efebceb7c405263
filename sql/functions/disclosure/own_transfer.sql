-- Refuses an export that this login has not begun, or that has ended; else its recipient, purpose and categories. Locks it against a second end, and
-- against people that another session of the login names meanwhile: it waits for transactions that have named some. One that began before cannot
-- see the end, so the row is written anew: whoever locks it in such a transaction fails. See sminion.naming.
CREATE FUNCTION sminion.own_transfer(disclosure bigint) RETURNS sminion.disclosure
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
#variable_conflict use_column
DECLARE
  begun sminion.disclosure;
BEGIN
  PERFORM sminion.require_read_committed();
  SELECT d.* INTO begun FROM sminion.disclosure d WHERE d.id = own_transfer.disclosure AND d.login = session_user;
  -- not the row of sminion.disclosure, which maintenance may want
  PERFORM FROM sminion.transfer t WHERE t.disclosure = begun.id FOR NO KEY UPDATE;
  IF NOT FOUND OR EXISTS (SELECT FROM sminion.transfer_end e WHERE e.disclosure = own_transfer.disclosure) THEN
    RAISE EXCEPTION USING ERRCODE = 'SG729',
      MESSAGE = format('export %s is none that this login has begun and not ended', coalesce(own_transfer.disclosure::text, 'NULL')),
      HINT = 'Begin another one: `sminion-guard export run`.';
  END IF;
  UPDATE sminion.transfer t SET expires_at = t.expires_at WHERE t.disclosure = own_transfer.disclosure;
  RETURN begun;
END
$sminion$;
