-- Called by row triggers before a row is deleted, with the mask read under the share lock of the subject's state: a block
-- that committed since the statement began wins. Roles that are no compartment delete nothing through row security
-- but for `sminion_owner`; when the role cannot be told (it was changed in mid-statement), what is blocked stays.
CREATE FUNCTION sminion.permit_delete(permitted bigint) RETURNS void
LANGUAGE plpgsql
STABLE
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  acting text := current_setting('role');
  needed bigint;
BEGIN
  SELECT c.mask INTO needed FROM sminion.compartment c WHERE c.role = acting;
  IF NOT FOUND THEN
    IF acting = 'sminion_owner'
       OR (acting = 'none' AND EXISTS (
             SELECT FROM pg_roles r WHERE r.rolname = session_user AND (r.rolsuper OR r.rolbypassrls)))
    THEN
      RETURN;
    END IF;
    needed := (SELECT p.default_bits & ~p.blocked_bits FROM sminion.policy p);
  END IF;
  -- Nothing to hold the mask against, as where every purpose needs consent, is no permission either.
  IF coalesce(needed, 0) = 0 OR permitted & needed <> needed THEN
    RAISE EXCEPTION USING ERRCODE = 'SG216',
      MESSAGE = 'processing of this subject''s data is not permitted',
      DETAIL = 'The subject''s state changed while the statement ran.',
      HINT = 'Leave the subject''s data alone; the privacy officer can see why.';
  END IF;
END
$sminion$;
