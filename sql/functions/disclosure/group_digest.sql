-- Of marks in order: equal for equal groups.
CREATE FUNCTION sminion.group_digest(persons bigint[]) RETURNS bytea
LANGUAGE sql
IMMUTABLE
SET search_path = pg_catalog, pg_temp
RETURN sha256(convert_to(array_to_string(group_digest.persons, ','), 'UTF8'));
