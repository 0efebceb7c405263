-- Whether a ticket may rest on a request: `basis_ref` is `request:17`, and request 17 is open, asks to clarify or reports misconduct, and is
-- of the person whom the ticket names.
--
-- It refuses in one way, whatever is wrong: a login learns nothing about requests of other people, not even whether there are any.
CREATE FUNCTION sminion.require_request(basis_ref text, subject text) RETURNS void
LANGUAGE plpgsql
STABLE
SET search_path = pg_catalog, pg_temp
AS $sminion$
BEGIN
  IF subject IS NULL OR basis_ref !~ '^request:[1-9][0-9]{0,17}$' OR NOT EXISTS (
    SELECT FROM sminion.request r
    WHERE r.id = substr(basis_ref, 9)::bigint AND r.closed_at IS NULL AND r.kind IN ('clarify', 'misconduct')
      AND require_request.subject = ANY (sminion.same_person(r.subject)))
  THEN
    RAISE EXCEPTION USING ERRCODE = 'SG542',
      MESSAGE = format('the ticket rests on `%s`, which is no open request to clarify data of the person that the ticket names',
        sminion.log_text(basis_ref, 40)),
      HINT = 'Pass `basis_ref => ''request:NUMBER''` with a request `clarify` or `misconduct` that is open, and its person as `subject`.';
  END IF;
END
$sminion$;
