-- Moves withheld subjects into the masks of their rows: at most `subjects` subjects and `row_limit` rows a call, one short
-- transaction of the caller. A subject with a million rows takes several calls and stays withheld until the last.
-- Returns the subjects that wait still.
--
-- The states are locked (shared) for the call, so none changes under it; those that just change are left for the next call.
-- A subject leaves `withheld` in the transaction that sets its last row, so every snapshot sees one or the other.
CREATE FUNCTION sminion.settle(subjects integer DEFAULT 500, row_limit integer DEFAULT 20000) RETURNS bigint
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  candidates text[];
  chosen     text[];
  target     sminion.protected_table;
  remaining  bigint := greatest(row_limit, 1);
  changed    bigint;
BEGIN
  -- Without a month to write to nobody could write or read any more, so whoever settles makes the next ones too.
  IF to_regclass('sminion.write_subject'
       || to_char(clock_timestamp() AT TIME ZONE 'UTC' + interval '1 month', '_YYYY_MM')) IS NULL
  THEN
    PERFORM sminion.extend_log();
  END IF;

  -- State before queue, as change_state does: the other order would deadlock with it.
  candidates := ARRAY(SELECT u.subject FROM sminion.unsettled u ORDER BY u.since LIMIT greatest(subjects, 1));
  chosen := ARRAY(
    SELECT s.subject FROM sminion.subject_state s WHERE s.subject = ANY (candidates)
    ORDER BY s.subject FOR SHARE SKIP LOCKED);
  -- Locked and taken: of two settling at once, the second finds nothing of the first's.
  chosen := ARRAY(
    SELECT u.subject FROM sminion.unsettled u WHERE u.subject = ANY (chosen) ORDER BY u.subject FOR UPDATE SKIP LOCKED);

  FOR target IN SELECT p.* FROM sminion.protected_table p ORDER BY p.depth, p.schema_name, p.table_name LOOP
    -- tableoid beside ctid: in a partitioned table each partition counts its blocks from 0.
    EXECUTE format(
      'WITH todo AS (SELECT t.tableoid, t.ctid FROM %1$I.%2$I AS t WHERE (%3$s) AND (%4$s) LIMIT $2) '
      || 'UPDATE %1$I.%2$I AS t SET guard_mask = t.guard_mask FROM todo '
      || 'WHERE t.ctid = todo.ctid AND t.tableoid = todo.tableoid',
      target.schema_name, target.table_name,
      (SELECT string_agg(format('t.%I = ANY ($1::text[]::%s[])', c.name, target.key_type), ' OR ' ORDER BY c.name)
       FROM unnest(target.subject_columns) AS c (name)),
      sminion.stale_rows(target))
    USING chosen, remaining;
    GET DIAGNOSTICS changed = ROW_COUNT;
    remaining := remaining - changed;
    IF remaining <= 0 THEN
      RETURN (SELECT count(*) FROM sminion.unsettled);
    END IF;
  END LOOP;

  DELETE FROM sminion.withheld w WHERE w.subject = ANY (chosen);
  DELETE FROM sminion.unsettled u WHERE u.subject = ANY (chosen);
  RETURN (SELECT count(*) FROM sminion.unsettled);
END
$sminion$;
