-- Whether a limited block, of the key itself or of another key of the same person, covers a schema. Never NULL.
CREATE FUNCTION sminion.blocked_in(schemas text[], others_schemas text[], schema_name text) RETURNS boolean
LANGUAGE sql
IMMUTABLE
PARALLEL SAFE
RETURN coalesce(schema_name OPERATOR(pg_catalog.=) ANY (schemas), false) OR coalesce(schema_name OPERATOR(pg_catalog.=) ANY (others_schemas), false);
