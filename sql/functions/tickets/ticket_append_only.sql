-- Trigger of the access log: a ticket changes in one way only, from open to revoked, and is removed only by sminion.drop_tickets,
-- long after it expired. Until its transaction ends, sminion.open_ticket may correct which subtransaction made it.
CREATE FUNCTION sminion.ticket_append_only() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  expected sminion.ticket;
BEGIN
  IF TG_OP = 'UPDATE' THEN
    expected := OLD;
    -- sminion.erase_from_log: see sminion.erasable_append_only.
    IF current_user = 'sminion_owner' AND current_setting('sminion.erasing', true) = pg_current_xact_id()::text THEN
      expected.subject := NULL;
      IF NEW = expected THEN
        RETURN NEW;
      END IF;
      expected := OLD;
      -- sminion.forget_actors
      expected.actor := NULL;
      expected.client_address := NULL;
      expected.application := '';
      IF NEW = expected THEN
        RETURN NEW;
      END IF;
      expected := OLD;
    END IF;
    IF OLD.writer = pg_current_xact_id() THEN
      expected.made_in := NEW.made_in;
      IF NEW = expected THEN
        RETURN NEW;
      END IF;
      expected := OLD;
    END IF;
    expected.revoked_at := NEW.revoked_at;
    expected.revoked_by := NEW.revoked_by;
    expected.revoked_why := NEW.revoked_why;
    IF OLD.revoked_at IS NULL AND NEW.revoked_at IS NOT NULL AND NEW.revoked_by IS NOT NULL AND NEW.revoked_why IS NOT NULL
      AND NEW = expected
    THEN
      RETURN NEW;
    END IF;
  END IF;
  -- As sminion.erase_from_log above: whoever can pretend to be that function has the rights of `sminion_owner` already.
  IF TG_OP = 'DELETE' AND current_user = 'sminion_owner'
    AND current_setting('sminion.dropping', true) = pg_current_xact_id()::text
    AND OLD.expires_at < clock_timestamp() - interval '7 days'
  THEN
    RETURN OLD;
  END IF;
  RAISE EXCEPTION USING ERRCODE = 'SG505',
    MESSAGE = format('`sminion.ticket` is append-only: %s refused', lower(TG_OP)),
    HINT = 'A ticket can only be revoked: `sminion.revoke_ticket`.';
END
$sminion$;
