-- The document that a ticket names as its basis; a domain as actor_text is.
CREATE DOMAIN sminion.basis_text AS text CHECK (pg_catalog.length(VALUE) <= 400);
COMMENT ON DOMAIN sminion.basis_text IS 'the document that an access rests on';
