-- Why, in a ticket; a domain as actor_text is.
CREATE DOMAIN sminion.reason_text AS text CHECK (pg_catalog.length(VALUE) BETWEEN 1 AND 1000);
COMMENT ON DOMAIN sminion.reason_text IS 'why somebody acts';
