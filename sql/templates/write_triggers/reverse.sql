-- Wherever they are: a partition that was detached still has its own.
DO $sminion$
DECLARE
  made record;
BEGIN
  FOR made IN
    WITH recorded AS (
      SELECT DISTINCT t.tgrelid
      FROM pg_catalog.pg_trigger t JOIN pg_catalog.pg_proc p ON p.oid = t.tgfoid
      WHERE p.pronamespace = 'sminion'::pg_catalog.regnamespace AND p.proname = <<function_literal>>
    )
    SELECT t.tgname, t.tgrelid::pg_catalog.regclass AS relation
    FROM recorded r JOIN pg_catalog.pg_trigger t ON t.tgrelid = r.tgrelid JOIN pg_catalog.pg_proc p ON p.oid = t.tgfoid
    WHERE p.pronamespace = 'sminion'::pg_catalog.regnamespace AND p.proname IN (<<function_literal>>, 'fix_ticket')
  LOOP
    EXECUTE pg_catalog.format('DROP TRIGGER %I ON %s', made.tgname, made.relation);
  END LOOP;
END
$sminion$
