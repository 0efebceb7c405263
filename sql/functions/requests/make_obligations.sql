-- Adds the obligations that requests are missing: one for each recipient that got data of the person. Recipients are told of
-- corrections, blocks, destructions and denials (GDPR article 19, 152-FZ article 21), not of questions. A request under one key of a
-- person concerns what was passed on under all of them.
CREATE FUNCTION sminion.make_obligations(subjects text[]) RETURNS bigint
LANGUAGE sql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
  WITH made AS (
    INSERT INTO sminion.obligation (request, recipient)
    SELECT DISTINCT r.id, d.recipient
    FROM sminion.request r
    JOIN sminion.disclosure_subject s ON s.subject = ANY (sminion.same_person(r.subject))
    JOIN sminion.disclosure d ON d.id = s.disclosure
    WHERE r.subject = ANY (ARRAY(
        SELECT p.key FROM unnest(subjects) AS g (key) CROSS JOIN LATERAL unnest(sminion.same_person(g.key)) AS p (key)))
      AND r.closed_at IS NULL AND r.kind <> 'access'
    ON CONFLICT (request, recipient) DO NOTHING
    RETURNING 1
  )
  SELECT count(*) FROM made
$sminion$;
