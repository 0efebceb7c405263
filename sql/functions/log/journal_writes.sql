-- The writes to protected tables that are in the journal, as sminion.record_write put them there.
--
-- chosen: as sminion.journal_rows.
CREATE FUNCTION sminion.journal_writes(
  chosen tid[],
  OUT at timestamptz, OUT transaction xid8, OUT login name, OUT id bigint, OUT ticket bigint, OUT role name, OUT operation text,
  OUT relation text, OUT columns text[], OUT rows bigint, OUT bulk bigint, OUT subjects text[]
) RETURNS SETOF record
LANGUAGE sql
STABLE
SET search_path = pg_catalog, pg_temp
AS $sminion$
  SELECT j.at, j.transaction, j.login, e.id, e.ticket, e.role, e.operation, e.relation, e.columns, e.rows, e.bulk, e.subjects
  FROM sminion.journal_rows(chosen) j
  CROSS JOIN LATERAL jsonb_to_record(j.event) AS e (
    id bigint, ticket bigint, role name, operation text, relation text, columns text[], rows bigint, bulk bigint, subjects text[])
  WHERE j.event IS NOT NULL
$sminion$;
