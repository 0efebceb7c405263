-- Refuses an export whose ticket is not the one that the transaction stands under, and a table that its compartment does not hold; else returns
-- what the policy says of the table. It locks the row of its own export, which nobody but its end wants: an export that stays open keeps nobody
-- else waiting. Without the lock, a transaction that began before the end would name people after it, and change what was compared.
CREATE FUNCTION sminion.naming(disclosure bigint, relation regclass) RETURNS sminion.protected_table
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
#variable_conflict use_column
DECLARE
  token  text := current_setting('sminion.token', true);
  acting name;
  held   text[];
  target sminion.protected_table;
BEGIN
  PERFORM FROM sminion.transfer t
  WHERE t.disclosure = naming.disclosure AND EXISTS (
    SELECT FROM sminion.ticket k
    WHERE k.id = t.ticket AND k.token_hash = sha256(convert_to(token, 'UTF8')) AND k.login = session_user)
  FOR SHARE;
  -- Asked when the lock is held: what committed before it is seen.
  IF NOT FOUND OR EXISTS (SELECT FROM sminion.transfer_end e WHERE e.disclosure = naming.disclosure) THEN
    RAISE EXCEPTION USING ERRCODE = 'SG729',
      MESSAGE = format('export %s is none that this transaction reads for', coalesce(naming.disclosure::text, 'NULL')),
      HINT = 'Activate its ticket with `sminion.enter`, or begin another one: `sminion-guard export run`.';
  END IF;
  SELECT k.role, c.tables INTO acting, held
  FROM sminion.ticket k JOIN sminion.compartment c ON c.role = k.role
  WHERE k.token_hash = sha256(convert_to(token, 'UTF8'));
  -- Raises where the ticket has expired, or was revoked.
  PERFORM sminion.context(acting, acting);
  target := sminion.table_of_rows(naming.relation);
  IF (target.schema_name || '.' || target.table_name = ANY (held)) IS NOT TRUE THEN
    RAISE EXCEPTION USING ERRCODE = 'SG732',
      MESSAGE = format('role `%s` does not reach `%s`', acting, coalesce(naming.relation::text, 'NULL')),
      HINT = 'Pass rows of a table that the export reads.';
  END IF;
  RETURN target;
END
$sminion$;
