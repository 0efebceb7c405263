-- What sminion.permit_delete leaves: a subject with a pending change, a login whose ticket was not noted or permits less than
-- the mask, and whoever is no login of the policy. Where no note is found, what is blocked stays. Other roles delete
-- nothing through row security but for `sminion_owner`.
CREATE FUNCTION sminion.permit_unusual_delete(permitted bigint, subjects text[], place tid) RETURNS boolean
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $sminion$
DECLARE
  acting    text := current_setting('role');
  needed    bigint;
  remaining bigint;
BEGIN
  -- Of whom a batch destroys the data, and of those only: also where a cascade deletes.
  IF EXISTS (SELECT FROM sminion.destruction d WHERE d.batch = pg_current_xact_id() AND d.subject = ANY (subjects)) THEN
    RETURN true;
  END IF;
  -- Rows past their retention, of whoever they are; but what is blocked stays, also where that came since the batch chose them.
  IF EXISTS (SELECT FROM sminion.retention_rule r WHERE r.batch = pg_current_xact_id()) THEN
    IF EXISTS (
        SELECT FROM sminion.subject_state s
        WHERE s.subject = ANY (subjects) AND (s.blocked OR s.others_blocked OR EXISTS (
          SELECT FROM sminion.retention_rule r
          WHERE r.batch = pg_current_xact_id() AND sminion.blocked_in(s.blocked_schemas, s.others_blocked_schemas, r.schema_name))))
      OR EXISTS (SELECT FROM sminion.pending_change c WHERE c.subject = ANY (subjects))
    THEN
      RAISE EXCEPTION USING ERRCODE = 'SG570', MESSAGE = 'a person was blocked meanwhile';
    END IF;
    RETURN true;
  END IF;
  remaining := permitted & ~(
    SELECT coalesce(bit_or(c.denied), 0) FROM sminion.pending_change c WHERE c.subject = ANY (subjects));
  SELECT w.mask INTO needed FROM sminion.write_ticket w
  WHERE w.ctid = place AND w.transaction = pg_current_xact_id() AND w.statement = statement_timestamp();
  IF needed IS NULL AND NOT EXISTS (SELECT FROM sminion.login l WHERE l.login = session_user) THEN
    IF acting = 'sminion_owner'
       OR (acting = 'none' AND EXISTS (
             SELECT FROM pg_roles r WHERE r.rolname = session_user AND (r.rolsuper OR r.rolbypassrls)))
    THEN
      RETURN true;
    END IF;
    needed := (SELECT p.default_bits & ~p.blocked_bits FROM sminion.policy p);
  END IF;
  -- Nothing to hold the mask against, as where every purpose needs consent, is no permission either.
  IF coalesce(needed, 0) = 0 OR remaining & needed <> needed THEN
    RAISE EXCEPTION USING ERRCODE = 'SG216',
      MESSAGE = 'processing of this subject''s data is not permitted',
      DETAIL = 'The subject''s state changed while the statement ran.',
      HINT = 'Leave the subject''s data alone; the privacy officer can see why.';
  END IF;
  RETURN true;
END
$sminion$;
