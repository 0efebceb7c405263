-- The kind and the key of a subject as logs have it, the way back from sminion.subject_key; the kind is NULL where the policy names none.
CREATE FUNCTION sminion.kind_of_subject(subject text, OUT kind text, OUT key text)
LANGUAGE sql
STABLE
SET search_path = pg_catalog, pg_temp
AS $sminion$
  SELECT CASE WHEN p.subject_keys ? '' THEN NULL ELSE split_part(subject, ':', 1) END,
         CASE WHEN p.subject_keys ? '' THEN subject ELSE substr(subject, position(':' IN subject) + 1) END
  FROM sminion.policy p
$sminion$;
