-- Refuses an export whose ticket is not the one that the transaction stands under, and a table that its compartment does not hold; else returns
-- what the policy says of the table. It takes no lock: an export that stays open must keep nobody waiting.
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
  SELECT k.role, c.tables INTO acting, held
  FROM sminion.ticket k
  JOIN sminion.transfer t ON t.ticket = k.id
  JOIN sminion.compartment c ON c.role = k.role
  WHERE k.token_hash = sha256(convert_to(token, 'UTF8')) AND k.login = session_user AND t.disclosure = naming.disclosure
    AND NOT EXISTS (SELECT FROM sminion.transfer_end e WHERE e.disclosure = t.disclosure);
  IF NOT FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'SG729',
      MESSAGE = format('export %s is none that this transaction reads for', coalesce(naming.disclosure::text, 'NULL')),
      HINT = 'Activate its ticket with `sminion.enter`, or begin another one: `sminion-guard export run`.';
  END IF;
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
