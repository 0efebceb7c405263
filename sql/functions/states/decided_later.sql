-- Whether a subject decided otherwise after a decision that is being stored. Decisions count in the order of the moments when they were
-- made: a consent from June that is imported in August does not undo a withdrawal of July. Without such a moment on either side the
-- order of their numbers counts, since a clock may be set back.
--
-- An end (expire_consent) revokes the consent that had ended, and no other that is just being stored.
CREATE FUNCTION sminion.decided_later(change bigint, key text, event text, purpose text) RETURNS boolean
LANGUAGE sql
STABLE
SET search_path = pg_catalog, pg_temp
AS $sminion$
  SELECT EXISTS (
    SELECT FROM sminion.subject_event c
    JOIN sminion.subject_event e ON e.subject = decided_later.key AND e.purpose = decided_later.purpose AND e.id <> c.id
      AND CASE decided_later.event WHEN 'give_consent' THEN e.event IN ('withdraw_consent', 'refuse_consent') ELSE e.event = 'give_consent' END
    WHERE c.id = decided_later.change
      AND CASE WHEN c.given_at IS NULL AND e.given_at IS NULL THEN e.id > c.id
        WHEN c.given_at IS NULL THEN e.id > c.id AND e.given_at >= c.at
        ELSE (coalesce(e.given_at, e.at), e.id) > (c.given_at, c.id) END)
$sminion$;
