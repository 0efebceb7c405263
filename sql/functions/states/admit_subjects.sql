-- Makes the states of new subjects, those of the given rows of sminion.new_subject, and removes these. A state that somebody
-- else is just making is passed over: the statement is given up and repeated for each half. Where rows carry another mask
-- than the state that is there by now, the subject is queued.
CREATE FUNCTION sminion.admit_subjects(places tid[]) RETURNS void
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  half CONSTANT integer := cardinality(places) / 2;
BEGIN
  IF cardinality(places) = 0 THEN
    RETURN;
  END IF;
  BEGIN
    PERFORM sminion.make_states(ARRAY(
      SELECT n.subject FROM sminion.new_subject n WHERE n.ctid = ANY (places)
        AND NOT EXISTS (SELECT FROM sminion.subject_state s WHERE s.subject = n.subject)));
    INSERT INTO sminion.unsettled (subject)
    SELECT DISTINCT n.subject FROM sminion.new_subject n JOIN sminion.subject_state s ON s.subject = n.subject
    WHERE n.ctid = ANY (places) AND (s.mask <> n.mask OR s.schemas_mask <> n.mask)
      AND NOT EXISTS (SELECT FROM sminion.unsettled u WHERE u.subject = n.subject);
    DELETE FROM sminion.new_subject n WHERE n.ctid = ANY (places);
    RETURN;
  EXCEPTION WHEN lock_not_available OR deadlock_detected THEN
    IF half = 0 THEN
      RETURN;
    END IF;
  END;
  PERFORM sminion.admit_subjects(places[:half]);
  PERFORM sminion.admit_subjects(places[half + 1:]);
END
$sminion$;
