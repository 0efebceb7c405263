-- The writes that are still in the journal, for the views, which show log and journal as one; as unfolded_entries.
CREATE FUNCTION sminion.unfolded_writes(
  OUT at timestamptz, OUT transaction xid8, OUT login name, OUT id bigint, OUT ticket bigint, OUT role name, OUT operation text,
  OUT relation text, OUT columns text[], OUT rows bigint, OUT bulk bigint, OUT subjects text[]
) RETURNS SETOF record
LANGUAGE plpgsql
STABLE
SECURITY DEFINER
ROWS 100
SET search_path = pg_catalog, pg_temp
AS $sminion$
#variable_conflict use_column
BEGIN
  IF NOT EXISTS (SELECT FROM sminion.journal j WHERE j.event IS NOT NULL) THEN
    RETURN;
  END IF;
  RETURN QUERY SELECT w.at, w.transaction, w.login, w.id, w.ticket, w.role, w.operation, w.relation, w.columns, w.rows, w.bulk,
         ARRAY(SELECT s.subject FROM unnest(w.subjects) AS s (subject)
               WHERE NOT EXISTS (SELECT FROM sminion.erasure e WHERE e.holder = 'subject:' || s.subject))
  FROM sminion.journal_writes(NULL) w;
END
$sminion$;
COMMENT ON FUNCTION sminion.unfolded_writes() IS 'the writes that wait in the journal; for the views';
