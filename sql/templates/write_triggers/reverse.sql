-- Wherever they are: a partition that was detached still has its own.
DO $sminion$
DECLARE
  made record;
BEGIN
  FOR made IN
    SELECT t.tgname, t.tgrelid::pg_catalog.regclass AS relation
    FROM pg_catalog.pg_trigger t JOIN pg_catalog.pg_proc p ON p.oid = t.tgfoid
    WHERE p.pronamespace = 'sminion'::pg_catalog.regnamespace AND p.proname = <<function_literal>>
  LOOP
    EXECUTE pg_catalog.format('DROP TRIGGER %I ON %s', made.tgname, made.relation);
  END LOOP;
END
$sminion$
