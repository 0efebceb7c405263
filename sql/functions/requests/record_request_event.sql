-- Writes what happened to a request. `detail` never has data of a person.
CREATE FUNCTION sminion.record_request_event(request bigint, event text, detail jsonb, reason text, actor text) RETURNS bigint
LANGUAGE sql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
  INSERT INTO sminion.request_event AS e (request, event, detail, reason, actor, epoch)
  SELECT record_request_event.request, record_request_event.event, record_request_event.detail, sminion.require_reason(record_request_event.reason),
         sminion.require_actor(record_request_event.actor), p.epoch
  FROM sminion.policy p
  RETURNING e.id
$sminion$;
