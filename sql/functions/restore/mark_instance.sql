-- Says that this database is no restored copy any more, or never was: see sminion.instance.
CREATE FUNCTION sminion.mark_instance() RETURNS void
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  own xid;
BEGIN
  INSERT INTO sminion.instance AS i (made, timeline) VALUES ('0', sminion.timeline())
  ON CONFLICT (singleton) DO UPDATE SET timeline = excluded.timeline, closed_at = NULL, closed_by = NULL, closed_why = NULL
  RETURNING i.xmin INTO own;
  -- Behind a savepoint it is the number of a subtransaction, which is known from the row only. The update has the same one.
  UPDATE sminion.instance i SET made = own;
END
$sminion$;
