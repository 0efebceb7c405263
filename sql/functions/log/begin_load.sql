-- Makes the counter of what a login writes to the journal, where it has none: sminion.login_load.
CREATE FUNCTION sminion.begin_load(login name) RETURNS void
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
#variable_conflict use_column
DECLARE
  number integer := (SELECT l.id FROM sminion.login_load l WHERE l.login = begin_load.login);
BEGIN
  IF number IS NULL THEN
    -- No sequence for these: a rehearsal would take numbers for good.
    INSERT INTO sminion.login_load (id, login)
    SELECT coalesce(max(l.id), 0) + 1, begin_load.login FROM sminion.login_load l
    RETURNING id INTO number;
  END IF;
  IF to_regclass('sminion.load_' || number) IS NULL THEN
    -- It goes with the table, so an extension can be dropped.
    EXECUTE format('CREATE SEQUENCE sminion.%I OWNED BY sminion.login_load.id', 'load_' || number);
    PERFORM sminion.let_dump(to_regclass('sminion.load_' || number));
  END IF;
END
$sminion$;
COMMENT ON FUNCTION sminion.begin_load(name) IS 'makes the counter of what a login writes to the journal';
