-- How long the groups of an export are remembered.
CREATE FUNCTION sminion.groups_remembered_for() RETURNS interval
LANGUAGE sql
IMMUTABLE
SET search_path = pg_catalog, pg_temp
RETURN interval '400 days';
