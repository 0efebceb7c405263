-- The DDL guard: event triggers, which only a superuser may make. Their functions run as whoever trips them, so they belong to that
-- superuser too: were they those of `sminion_owner`, who can become it could let any superuser run what it likes. Elsewhere the
-- installation goes on without them.
DO $sminion$
DECLARE
  before CONSTANT text := current_user;
  made record;
  of_extension boolean;
BEGIN
  IF NOT (SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = pg_catalog.current_setting('sminion.installer')) THEN
    -- Those of a dump that no superuser restored, or that a superuser dropped.
    PERFORM pg_catalog.set_config('role', 'sminion_owner', true);
    DELETE FROM sminion.guard_object g
    WHERE g.kind = 'event trigger' AND NOT EXISTS (SELECT FROM pg_catalog.pg_event_trigger e WHERE e.evtname = g.name);
    PERFORM pg_catalog.set_config('role', before, true);
    RAISE WARNING USING ERRCODE = 'SG478',
      MESSAGE = 'the DDL guard is not installed: only a superuser can make event triggers',
      DETAIL = 'The owner of a protected table can weaken it until the next `sminion-guard plan` names it.',
      HINT = 'Run `sminion-guard install` again as a superuser, where there is one; else run `sminion-guard plan` after each change of the schema.';
    RETURN;
  END IF;
  PERFORM pg_catalog.set_config('role', pg_catalog.current_setting('sminion.installer'), true);
  -- The first of them would refuse the others: see sminion.ddl_migration.
  EXECUTE pg_catalog.format('COMMENT ON TABLE sminion.ddl_migration IS %L', 'migration in transaction ' || pg_catalog.pg_current_xact_id());
  FOR made IN
    SELECT t.name, t.event, t.tags
    FROM (VALUES
      ('ddl_on_tables', 'ddl_command_end', ARRAY['CREATE TABLE', 'CREATE TABLE AS', 'SELECT INTO', 'ALTER TABLE', 'CREATE SCHEMA',
        'CREATE FOREIGN TABLE', 'ALTER FOREIGN TABLE']),
      ('ddl_on_views', 'ddl_command_end', ARRAY['CREATE VIEW', 'ALTER VIEW', 'CREATE MATERIALIZED VIEW', 'ALTER TABLE',
        'CREATE SCHEMA']),
      ('ddl_on_policies', 'ddl_command_end', ARRAY['CREATE POLICY', 'ALTER POLICY', 'CREATE TRIGGER', 'ALTER TRIGGER', 'COMMENT',
        'CREATE SCHEMA']),
      ('ddl_on_grants', 'ddl_command_end', ARRAY['GRANT', 'CREATE SCHEMA']),
      ('ddl_on_routines', 'ddl_command_end', ARRAY['CREATE FUNCTION', 'ALTER FUNCTION', 'CREATE PROCEDURE', 'ALTER PROCEDURE',
        'ALTER ROUTINE']),
      ('ddl_on_publications', 'ddl_command_end', ARRAY['CREATE PUBLICATION', 'ALTER PUBLICATION']),
      ('ddl_on_guard', 'ddl_command_end', ARRAY['CREATE FUNCTION', 'ALTER FUNCTION', 'CREATE PROCEDURE', 'ALTER PROCEDURE',
        'ALTER ROUTINE', 'ALTER TABLE', 'CREATE TABLE', 'CREATE VIEW', 'ALTER VIEW', 'CREATE TRIGGER', 'ALTER TRIGGER', 'CREATE RULE',
        'ALTER RULE', 'CREATE POLICY', 'ALTER SEQUENCE', 'ALTER DOMAIN', 'ALTER SCHEMA']),
      ('ddl_drops', 'sql_drop', NULL)
    ) AS t (name, event, tags)
  LOOP
    -- One that belongs to an extension cannot be dropped, unless it is let go first.
    of_extension := EXISTS (
      SELECT FROM pg_catalog.pg_event_trigger e JOIN pg_catalog.pg_depend d ON d.objid = e.oid
      WHERE e.evtname = 'sminion_' || made.name AND d.classid = 'pg_catalog.pg_event_trigger'::pg_catalog.regclass AND d.deptype = 'e');
    IF of_extension THEN
      EXECUTE pg_catalog.format('ALTER EXTENSION sminion_guard DROP EVENT TRIGGER sminion_%s', made.name);
    END IF;
    EXECUTE pg_catalog.format('DROP EVENT TRIGGER IF EXISTS sminion_%s', made.name);
    EXECUTE pg_catalog.format('ALTER FUNCTION sminion.%I() OWNER TO CURRENT_USER', made.name);
    -- PostgreSQL asks whoever trips it for the privilege. Nobody can call it.
    EXECUTE pg_catalog.format('GRANT EXECUTE ON FUNCTION sminion.%I() TO PUBLIC', made.name);
    EXECUTE pg_catalog.format('CREATE EVENT TRIGGER sminion_%s ON %s %s EXECUTE FUNCTION sminion.%I()', made.name, made.event,
      (SELECT 'WHEN TAG IN (' || pg_catalog.string_agg(pg_catalog.quote_literal(g), ', ' ORDER BY g) || ')' FROM pg_catalog.unnest(made.tags) g),
      made.name);
    EXECUTE pg_catalog.format('COMMENT ON EVENT TRIGGER sminion_%s IS %L', made.name, 'sminion_guard: see sminion.' || made.name || '()');
    -- The script of an extension makes members; all others are added, so that DROP EXTENSION takes them along.
    IF EXISTS (
      SELECT FROM pg_catalog.pg_extension x
      WHERE x.extname = 'sminion_guard' AND NOT EXISTS (
        SELECT FROM pg_catalog.pg_depend d JOIN pg_catalog.pg_event_trigger e ON e.oid = d.objid
        WHERE d.classid = 'pg_catalog.pg_event_trigger'::pg_catalog.regclass AND d.deptype = 'e' AND e.evtname = 'sminion_' || made.name))
    THEN
      EXECUTE pg_catalog.format('ALTER EXTENSION sminion_guard ADD EVENT TRIGGER sminion_%s', made.name);
    END IF;
  END LOOP;
  PERFORM pg_catalog.set_config('role', before, true);
END
$sminion$;
