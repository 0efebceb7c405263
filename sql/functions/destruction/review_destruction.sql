-- Brings the tables of a destruction up to date: holds that came or ended, and tables that the policy has had since.
CREATE FUNCTION sminion.review_destruction(own sminion.destruction) RETURNS void
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
BEGIN
  -- Asked only where anything was ever held: it looks through the tables of the policy for each table.
  IF EXISTS (SELECT FROM sminion.hold h WHERE h.subject = own.subject) THEN
    UPDATE sminion.destruction_table t
    SET hold = h.hold, state = CASE WHEN h.hold IS NULL THEN 'waiting' ELSE 'held' END, cause = NULL, done_at = NULL
    FROM (SELECT s.schema_name, s.table_name, sminion.hold_of(own.subject, s.schema_name, s.table_name) AS hold
          FROM sminion.destruction_table s WHERE s.destruction = own.id AND s.state <> 'done') h
    WHERE t.destruction = own.id AND t.schema_name = h.schema_name AND t.table_name = h.table_name AND t.hold IS DISTINCT FROM h.hold;
  END IF;
  IF own.epoch <> (SELECT p.epoch FROM sminion.policy p) THEN
    INSERT INTO sminion.destruction_table AS t (destruction, schema_name, table_name, place, way, shared)
    SELECT own.id, p.schema_name, p.table_name, p.place, p.way, p.shared FROM sminion.destruction_plan(own.subject, false) p
    ON CONFLICT (destruction, schema_name, table_name) DO UPDATE SET place = excluded.place, way = excluded.way, shared = excluded.shared;
    UPDATE sminion.destruction d SET epoch = p.epoch FROM sminion.policy p WHERE d.id = own.id;
  END IF;
END
$sminion$;
