-- The part of sminion.forget_actors for one kind of events: whether there are more of them that are older.
--
-- A run of numbers has 5,000 events at most, and one call takes the next runs up to about `most` events.
CREATE FUNCTION sminion.forget_actors_of(source text, cutoff timestamptz, most integer) RETURNS boolean
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $sminion$
#variable_conflict use_column
DECLARE
  reached bigint := (SELECT f.key FROM sminion.forgotten_actors f WHERE f.source = forget_actors_of.source);
  room    integer := greatest(most, 1);
  run     record;
  numbers bigint[];
  keys    bigint[];
  young   integer;
BEGIN
  FOR run IN
    SELECT r.first, r.keys FROM sminion.event_run r
    WHERE r.kind = forget_actors_of.source AND r.first > reached - 5000 ORDER BY r.first
  LOOP
    SELECT array_agg(run.first + n.nth - 1 ORDER BY n.nth), array_agg(n.key ORDER BY n.nth) INTO numbers, keys
    FROM (
      SELECT k.key, k.nth FROM unnest(run.keys) WITH ORDINALITY AS k (key, nth)
      WHERE run.first + k.nth - 1 > reached ORDER BY k.nth LIMIT room) n;
    CONTINUE WHEN numbers IS NULL;
    SELECT min(n.place) INTO young
    FROM unnest(keys) WITH ORDINALITY AS n (key, place)
    WHERE CASE forget_actors_of.source
      WHEN 'ticket' THEN (SELECT k.opened_at FROM sminion.ticket k WHERE k.id = n.key) >= cutoff
      WHEN 'state' THEN (SELECT e.at FROM sminion.subject_event e WHERE e.id = n.key) >= cutoff
      ELSE (SELECT e.at FROM sminion.request_event e WHERE e.id = n.key) >= cutoff END;
    numbers := numbers[1 : coalesce(young - 1, cardinality(numbers))];
    keys := keys[1 : cardinality(numbers)];
    -- Without its salt the value would be lost, and the leaf with it: then the hash is NULL, which is refused.
    INSERT INTO sminion.erased (number, field, hash)
    SELECT c.number, c.field,
           sha256(sha256(z.salt || int8send(c.number) || convert_to(c.field, 'UTF8')) || convert_to(c.value, 'UTF8'))
    FROM (
      SELECT n.number, f.field, f.value, 'actor:' || to_char(k.opened_at AT TIME ZONE 'UTC', 'YYYY-MM:') || k.actor AS holder
      FROM unnest(numbers, keys) AS n (number, key) JOIN sminion.ticket k ON k.id = n.key
      CROSS JOIN LATERAL (VALUES
        ('actor', k.actor), ('client_address', host(k.client_address)), ('application', nullif(k.application, ''))) AS f (field, value)
      WHERE forget_actors_of.source = 'ticket' AND k.actor IS NOT NULL
      UNION ALL
      SELECT n.number, 'actor', e.actor, 'actor:' || to_char(e.at AT TIME ZONE 'UTC', 'YYYY-MM:') || e.actor
      FROM unnest(numbers, keys) AS n (number, key) JOIN sminion.subject_event e ON e.id = n.key
      WHERE forget_actors_of.source = 'state' AND e.actor IS NOT NULL
      UNION ALL
      SELECT n.number, 'actor', e.actor, 'actor:' || to_char(e.at AT TIME ZONE 'UTC', 'YYYY-MM:') || e.actor
      FROM unnest(numbers, keys) AS n (number, key) JOIN sminion.request_event e ON e.id = n.key
      WHERE forget_actors_of.source = 'request' AND e.actor IS NOT NULL
    ) c LEFT JOIN sminion.salt z ON z.holder = c.holder COLLATE "C"
    WHERE c.value IS NOT NULL;
    CASE forget_actors_of.source
      WHEN 'ticket' THEN
        UPDATE sminion.ticket k SET actor = NULL, client_address = NULL, application = '' WHERE k.id = ANY (keys) AND k.actor IS NOT NULL;
      WHEN 'state' THEN
        UPDATE sminion.subject_event e SET actor = NULL WHERE e.id = ANY (keys) AND e.actor IS NOT NULL;
      ELSE
        UPDATE sminion.request_event e SET actor = NULL WHERE e.id = ANY (keys) AND e.actor IS NOT NULL;
    END CASE;
    reached := coalesce(numbers[cardinality(numbers)], reached);
    room := room - cardinality(numbers);
    EXIT WHEN young IS NOT NULL OR room <= 0;
  END LOOP;
  UPDATE sminion.forgotten_actors f SET key = reached WHERE f.source = forget_actors_of.source AND f.key <> reached;
  RETURN room <= 0;
END
$sminion$;
COMMENT ON FUNCTION sminion.forget_actors_of(text, timestamptz, integer) IS 'the part of sminion.forget_actors for one kind of events';
