-- Called by row triggers before a row is deleted, with the mask read under the share lock of the subject's state: a block
-- that committed since the statement began wins. A login of the policy is held to the purpose of the ticket that was noted
-- before the first row (see sminion.fix_ticket), and not to the role: a statement can change its role from row to row, so a
-- spoofed one, or none, would delete what its own purpose may not. Where the note cannot be found, what is blocked stays.
-- Other roles delete nothing through row security but for `sminion_owner`.
CREATE FUNCTION sminion.permit_delete(permitted bigint) RETURNS void
LANGUAGE plpgsql
STABLE
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  acting text := current_setting('role');
  place  text := current_setting('sminion.write_ticket', true);
  needed bigint;
BEGIN
  IF place COLLATE "C" ~ '^\([0-9]{1,9},[0-9]{1,4}\)$' THEN
    SELECT k.mask INTO needed FROM sminion.write_ticket w JOIN sminion.ticket k ON k.id = w.ticket
    WHERE w.ctid = place::tid AND w.transaction = pg_current_xact_id() AND w.statement = statement_timestamp();
  END IF;
  IF needed IS NULL AND NOT EXISTS (SELECT FROM sminion.login l WHERE l.login = session_user) THEN
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
