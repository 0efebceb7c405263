-- Destroys the secret of pseudonyms: nobody can test any more whom one of those that are there stands for, and those to come are made with a new one.
-- Copies in backups are another matter.
CREATE FUNCTION sminion.forget_pseudonym_key(reason text) RETURNS void
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  why CONSTANT text := sminion.require_reason(forget_pseudonym_key.reason);
BEGIN
  DELETE FROM sminion.pseudonym_key;
  PERFORM sminion.make_pseudonym_key();
  PERFORM sminion.record_act('forget_pseudonym_key', '{}', why);
END
$sminion$;
COMMENT ON FUNCTION sminion.forget_pseudonym_key(text) IS 'destroys the secret of pseudonyms, and makes another for those to come';
