-- Says that what people decided since the backup is in this restored database again, so that tickets are opened. False where it is
-- not taken for a restored one.
CREATE FUNCTION sminion.accept_restore(reason text) RETURNS boolean
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  why   CONSTANT text := sminion.require_reason(accept_restore.reason);
  cause text;
BEGIN
  -- One at a time; and what another transaction has just said is seen.
  LOCK TABLE sminion.instance IN SHARE ROW EXCLUSIVE MODE;
  cause := sminion.restored();
  IF cause IS NULL THEN
    RETURN false;
  END IF;
  PERFORM sminion.mark_instance();
  PERFORM sminion.record_act('accept_restore', jsonb_build_object('cause', cause), why);
  RETURN true;
END
$sminion$;
COMMENT ON FUNCTION sminion.accept_restore(text) IS 'opens a restored database again, whose missing decisions were repeated';
