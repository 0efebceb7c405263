-- The keys of those subjects that are of one kind, without it. Only these can be cast to the type of the kind's keys: those of
-- other kinds may be of another type. NULL for NULL: see sminion.context.
CREATE FUNCTION sminion.keys_of_kind(subjects text[], prefix text) RETURNS text[]
LANGUAGE sql
IMMUTABLE
STRICT
SET search_path = pg_catalog, pg_temp
AS $sminion$
  SELECT ARRAY(SELECT substr(s.subject, length(prefix) + 1) FROM unnest(subjects) AS s (subject)
               WHERE starts_with(s.subject, prefix))
$sminion$;
