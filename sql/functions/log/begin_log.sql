-- Begins the log, once: with the first policy, or with the first login of another database whose log is kept here. Not with the
-- installation: a dump has these rows and months too, and could not be restored where the extension makes them already.
CREATE FUNCTION sminion.begin_log() RETURNS void
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
BEGIN
  IF EXISTS (SELECT FROM sminion.fold_state) THEN
    RETURN;
  END IF;
  -- Of two at once the second finds the row.
  LOCK TABLE sminion.fold_state IN SHARE ROW EXCLUSIVE MODE;
  IF NOT EXISTS (SELECT FROM sminion.fold_state) THEN
    INSERT INTO sminion.fold_state (number, lowest, system_identifier, folded_at)
    SELECT 0, '0', c.system_identifier, clock_timestamp() FROM pg_control_system() c;
    INSERT INTO sminion.event_source (kind)
    VALUES ('policy'), ('writer'), ('ticket'), ('state'), ('request'), ('dropped_month'), ('suspension'), ('act');
    INSERT INTO sminion.tree_state DEFAULT VALUES;
    PERFORM sminion.extend_log();
  END IF;
END
$sminion$;
