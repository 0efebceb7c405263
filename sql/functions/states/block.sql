-- Suspends the processing of a subject's data, except storage and purposes that see blocked subjects.
--
-- schemas: only of the data in tables of these schemas; NULL for all. Such a block stands beside one of the whole subject, and each is
-- ended by itself. While rows are not settled, it may deny more than that.
-- until:   it ends by itself; see sminion.end_blocks.
CREATE FUNCTION sminion.block(
  subject text, reason text, actor text DEFAULT NULL, kind text DEFAULT NULL, schemas text[] DEFAULT NULL,
  until timestamptz DEFAULT NULL
) RETURNS boolean
LANGUAGE sql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
  SELECT sminion.change_state(subject, 'block', NULL, reason, actor, kind, until => block.until, schemas => block.schemas)
$sminion$;
COMMENT ON FUNCTION sminion.block(text, text, text, text, text[], timestamptz) IS 'blocks a subject; true if the state changed';
