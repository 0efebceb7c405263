-- Whether nobody but the subject that the ticket names is blocked, among the subjects of one row. Asked by the floor of a
-- purpose that sees blocked subjects, for rows of the named subject only: a request of one person is no reason to process
-- the data of another who is blocked.
--
-- It asks for the ticket itself, and answers purposes that see blocked subjects only: called by hand it tells whether
-- anybody is blocked, and that is no business of other logins.
--
-- schema_name: of the row's table: a block may be limited to schemas.
-- subjects:    of the row, in the form of sminion.subject_key.
CREATE FUNCTION sminion.named_alone(planned name, acting name, schema_name text, subjects text[]) RETURNS boolean
LANGUAGE plpgsql
STABLE
PARALLEL RESTRICTED
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  -- Other keys of the named person are no others.
  others text[] := ARRAY(SELECT unnest(subjects) EXCEPT SELECT unnest(sminion.same_person(sminion.named_subject(planned, acting))));
BEGIN
  RETURN EXISTS (
      SELECT FROM sminion.compartment c JOIN sminion.purpose p ON p.name = c.purpose
      WHERE c.role = planned AND p.sees_blocked AND p.retired_at IS NULL)
    AND NOT EXISTS (SELECT FROM sminion.subject_state s 
      WHERE s.subject = ANY (others) AND (s.blocked OR s.others_blocked
        OR sminion.blocked_in(s.blocked_schemas, s.others_blocked_schemas, named_alone.schema_name)))
    AND NOT EXISTS (SELECT FROM sminion.pending_change p
      WHERE p.subject = ANY (others) AND p.event = 'block' AND coalesce(named_alone.schema_name = ANY (p.schemas), true));
END
$sminion$;
COMMENT ON FUNCTION sminion.named_alone(name, name, text, text[]) IS
  'whether no other subject than the one of the ticket is blocked among these';
