-- What was closed in this transaction, for the way back (see templates/closed_schema).
INSERT INTO sminion.closed_grant (statement)
SELECT DISTINCT s FROM pg_catalog.string_to_table(nullif(pg_catalog.current_setting('sminion.closed', true), ''), E'\n') s
ON CONFLICT DO NOTHING;
-- A statement of its own: the INSERT must have read it.
SELECT pg_catalog.set_config('sminion.closed', '', true);
