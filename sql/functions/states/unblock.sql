-- Ends a block. Rows become visible again as they are settled.
--
-- schemas: ends a block that is limited to schemas, for these; NULL ends that of the whole subject, and leaves limited ones.
CREATE FUNCTION sminion.unblock(subject text, reason text, actor text DEFAULT NULL, kind text DEFAULT NULL, schemas text[] DEFAULT NULL) RETURNS boolean
LANGUAGE sql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
  SELECT sminion.change_state(subject, 'unblock', NULL, reason, actor, kind, schemas => unblock.schemas)
$sminion$;
COMMENT ON FUNCTION sminion.unblock(text, text, text, text, text[]) IS
  'ends the block of a subject; true if the state changed';
