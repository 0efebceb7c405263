-- The entries that are still in the journal, for the views, which show log and journal as one.
--
-- Mostly there are none, and then a view must not pay for them: to plan the query below takes ten times as long as most
-- questions to the log. So it is asked first whether there is a row, and the query stands in PL/pgSQL, which plans it when it
-- is reached, and once in a session.
CREATE FUNCTION sminion.unfolded_entries(
  OUT at timestamptz, OUT login name, OUT kind text, OUT writer bigint, OUT place bigint, OUT of bigint, OUT ticket bigint,
  OUT shape bigint, OUT refused boolean, OUT outcome text, OUT codes text[], OUT rows bigint, OUT microseconds bigint,
  OUT bulk bigint, OUT subjects text[], OUT code text, OUT message text, OUT entry text, OUT size integer, OUT digest bytea
) RETURNS SETOF record
LANGUAGE plpgsql
STABLE
SECURITY DEFINER
ROWS 100
SET search_path = pg_catalog, pg_temp
AS $sminion$
#variable_conflict use_column
BEGIN
  IF NOT EXISTS (SELECT FROM sminion.journal j WHERE j.event IS NULL) THEN
    RETURN;
  END IF;
  RETURN QUERY SELECT j.at, j.login, j.kind, j.writer, j.place, j.of, j.ticket, j.shape, j.refused, j.outcome, j.codes, j.rows,
         j.microseconds, j.bulk,
         ARRAY(SELECT sminion.logged_subject(s.subject) FROM jsonb_array_elements_text(j.subjects) AS s (subject)
               WHERE NOT EXISTS (SELECT FROM sminion.erasure e WHERE e.holder = 'subject:' || sminion.logged_subject(s.subject))),
         j.code, j.message, sminion.fault_text(j.entry), coalesce(octet_length(j.entry), 0), sha256(coalesce(j.entry, ''))
  FROM sminion.journal_entries(NULL) j;
END
$sminion$;
COMMENT ON FUNCTION sminion.unfolded_entries() IS 'the rows of the log that wait in the journal; for the views';
