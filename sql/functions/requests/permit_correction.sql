-- Looks at a write under a ticket that rests on a request, or whose purpose sees blocked people: for sminion.record_write, before the
-- write is on record. Raises where
--
--   the ticket rests on a request, and the request is closed meanwhile, or a row is not about its person;
--   the ticket rests on none, and changes rows of a person whom an open request keeps blocked, in their schema.
--
-- A row about several people is about this one too. Which rows have which subjects is known only of one row, so several at once must
-- be about this person alone.
CREATE FUNCTION sminion.permit_correction(
  ticket bigint, schema_name text, relation text, command text, rows bigint, subjects text[], bulk bigint
) RETURNS void
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  basis  text;
  row_of sminion.request;
  person text[];
BEGIN
  SELECT k.basis_ref INTO basis FROM sminion.ticket k WHERE k.id = permit_correction.ticket;
  IF starts_with(basis, 'request:') THEN
    SELECT r.* INTO row_of FROM sminion.request r WHERE r.id = substr(basis, 9)::bigint;
    person := sminion.same_person(row_of.subject);
    IF row_of.closed_at IS NOT NULL THEN
      RAISE EXCEPTION USING ERRCODE = 'SG543',
        MESSAGE = format('the ticket rests on request %s, which is closed', row_of.id),
        HINT = 'Open a new request for what must be changed now.';
    ELSIF bulk IS NOT NULL OR (subjects <@ person OR rows = 1 AND subjects && person) IS NOT TRUE THEN
      RAISE EXCEPTION USING ERRCODE = 'SG543',
        MESSAGE = format('under a ticket for request %s, rows of `%s` are written that are not about its person', row_of.id, relation),
        HINT = 'Write rows of this person only, and rows about several people one at a time; open another ticket for the others.';
    END IF;
  ELSIF command = 'UPDATE' THEN
    SELECT r.* INTO row_of FROM sminion.request r
    WHERE r.closed_at IS NULL AND r.interim AND r.kind IN ('clarify', 'misconduct')
      AND coalesce(permit_correction.schema_name = ANY (r.schemas), true)
      AND r.subject = ANY (ARRAY(SELECT p.key FROM unnest(subjects) s (key) CROSS JOIN LATERAL unnest(sminion.same_person(s.key)) p (key)))
    LIMIT 1;
    IF FOUND THEN
      RAISE EXCEPTION USING ERRCODE = 'SG543',
        MESSAGE = format('rows of `%s` are changed of a person whose data are contested, and the ticket does not say for which request', relation),
        HINT = format('Open the ticket with `basis_ref => ''request:%s''`.', row_of.id);
    END IF;
  END IF;
END
$sminion$;
