-- Whether a batch of a destruction or of retention runs in this transaction: its deletes are the guard's own. See sminion.destroy_rows and
-- sminion.purge_rows.
CREATE FUNCTION sminion.destroying() RETURNS boolean
LANGUAGE sql
STABLE
SET search_path = pg_catalog, pg_temp
AS $sminion$
  SELECT EXISTS (SELECT FROM sminion.destruction d WHERE d.batch = pg_current_xact_id_if_assigned())
    OR EXISTS (SELECT FROM sminion.retention_rule r WHERE r.batch = pg_current_xact_id_if_assigned())
$sminion$;
