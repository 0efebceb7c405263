-- The values of a ticket; a domain as actor_text is.
CREATE DOMAIN sminion.values_json AS jsonb CHECK (pg_catalog.length(VALUE::text) <= 8000);
COMMENT ON DOMAIN sminion.values_json IS 'what rules of rows compare with';
