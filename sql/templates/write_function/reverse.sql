DO $sminion$
BEGIN
  EXECUTE pg_catalog.format('DROP FUNCTION IF EXISTS sminion.%I()', <<function_literal>>);
END
$sminion$
