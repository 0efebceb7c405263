-- For which unit, in a ticket; a domain as actor_text is.
CREATE DOMAIN sminion.unit_text AS text CHECK (pg_catalog.length(VALUE) <= 200);
COMMENT ON DOMAIN sminion.unit_text IS 'the unit that somebody acts for';
