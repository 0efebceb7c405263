-- Trigger of the tables that say whose data an event held, or who acted: as sminion.append_only, but that sminion.erase_from_log may take a
-- person out, and sminion.forget_actors names of actors. Whoever can pretend to be that function has the rights of `sminion_owner` already.
CREATE FUNCTION sminion.erasable_append_only() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $sminion$
BEGIN
  IF current_user = 'sminion_owner' AND current_setting('sminion.erasing', true) = pg_current_xact_id()::text THEN
    IF TG_OP = 'DELETE' AND to_jsonb(OLD) ?| ARRAY['statement', 'event'] AND NOT to_jsonb(OLD) ? 'transaction' THEN
      RETURN OLD;
    ELSIF TG_OP = 'UPDATE' AND to_jsonb(NEW) = to_jsonb(OLD)
      || (CASE WHEN to_jsonb(OLD) ? 'channel' THEN '{"subject": null, "channel": null}' ELSE '{"subject": null}' END)::jsonb
      -- one key of several
      OR TG_OP = 'UPDATE' AND to_jsonb(NEW) - 'other_keys' = to_jsonb(OLD) - 'other_keys'
        AND to_jsonb(OLD) -> 'other_keys' @> coalesce(nullif(to_jsonb(NEW) -> 'other_keys', 'null'), '[]')
      -- sminion.forget_actors
      OR TG_OP = 'UPDATE' AND to_jsonb(OLD) ? 'actor' AND to_jsonb(NEW) = to_jsonb(OLD) || '{"actor": null}'
    THEN
      RETURN NEW;
    END IF;
  END IF;
  RAISE EXCEPTION USING ERRCODE = 'SG505',
    MESSAGE = format('`%I.%I` is append-only: %s refused', TG_TABLE_SCHEMA, TG_TABLE_NAME, lower(TG_OP)),
    HINT = 'Record a correction as a new event.';
END
$sminion$;
