-- Why this database must be taken for one that was restored from a backup, so that it lacks what people decided since; NULL where
-- nothing says so.
--
-- A promotion begins a new timeline too, and must stop no application. It goes on where the primary ended: somebody maintained the
-- database or opened a ticket just before. Recovery to an earlier moment ends where nobody has done either for as long. Neither
-- counts on from here while the answer is not NULL, so waiting changes nothing.
CREATE FUNCTION sminion.restored() RETURNS text
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  own  sminion.instance;
  mark xid;
  last timestamptz;
BEGIN
  SELECT i.*, i.xmin INTO own.singleton, own.made, own.timeline, own.closed_at, own.closed_by, own.closed_why, mark
  FROM sminion.instance i;
  IF own.made IS NULL THEN
    RETURN 'Table sminion.instance is empty, so parts of the database were restored or removed.';
  ELSIF own.closed_at IS NOT NULL THEN
    RETURN format('%s said so at %s: %s', own.closed_by, own.closed_at, own.closed_why);
  ELSIF own.made <> mark THEN
    RETURN 'It was made from a dump.';
  ELSIF own.timeline <> sminion.timeline() THEN
    last := greatest(
      (SELECT m.done_at FROM sminion.maintenance_state m WHERE m.step = 'instance'),
      (SELECT k.opened_at FROM sminion.ticket k ORDER BY k.id DESC LIMIT 1));
    IF last > clock_timestamp() - interval '15 minutes' THEN
      RETURN NULL;
    END IF;
    RETURN format('Its timeline is %s, and was %s. The last sign of life before is from %s, which is more than 15 minutes ago.',
                  sminion.timeline(), own.timeline, coalesce(last::text, 'no time'));
  END IF;
  RETURN NULL;
END
$sminion$;
