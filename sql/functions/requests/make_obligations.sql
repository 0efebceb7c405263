-- Adds the obligations that requests are missing: one for each recipient that got data of the person. Recipients are told of
-- corrections, blocks, destructions and denials (GDPR article 19, 152-FZ article 21), not of questions.
CREATE FUNCTION sminion.make_obligations(subjects text[]) RETURNS bigint
LANGUAGE sql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
  WITH made AS (
    INSERT INTO sminion.obligation (request, recipient)
    SELECT DISTINCT r.id, d.recipient
    FROM sminion.request r
    JOIN sminion.disclosure_subject s ON s.subject = r.subject
    JOIN sminion.disclosure d ON d.id = s.disclosure
    WHERE r.subject = ANY (subjects) AND r.closed_at IS NULL AND r.kind <> 'access'
    ON CONFLICT (request, recipient) DO NOTHING
    RETURNING 1
  )
  SELECT count(*) FROM made
$sminion$;
