-- The decision of a subject on a purpose that counts: the last one by the moment when it was made, which may be before it was recorded.
CREATE FUNCTION sminion.standing_decision(subject text, purpose text) RETURNS sminion.subject_event
LANGUAGE sql
STABLE
SET search_path = pg_catalog, pg_temp
AS $sminion$
  SELECT e.* FROM sminion.subject_event e
  WHERE e.subject = standing_decision.subject AND e.purpose = standing_decision.purpose
    AND e.event IN ('give_consent', 'refuse_consent', 'withdraw_consent')
  ORDER BY coalesce(e.given_at, e.at) DESC, e.id DESC LIMIT 1
$sminion$;
