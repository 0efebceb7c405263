-- Whether a batch of a destruction runs in this transaction: its deletes are the guard's own. See sminion.destroy_rows.
CREATE FUNCTION sminion.destroying() RETURNS boolean
LANGUAGE sql
STABLE
SET search_path = pg_catalog, pg_temp
AS $sminion$
  SELECT EXISTS (SELECT FROM sminion.destruction d WHERE d.batch = pg_current_xact_id_if_assigned())
$sminion$;
