-- What was closed is opened again; what is gone, or was somebody else's to give, is named.
DO $sminion$
DECLARE
  closed record;
BEGIN
  FOR closed IN SELECT g.statement FROM sminion.closed_grant g ORDER BY g.closed_at, g.statement LOOP
    PERFORM pg_catalog.set_config('role', pg_catalog.current_setting('sminion.installer'), true);
    BEGIN
      EXECUTE closed.statement;
    EXCEPTION
      WHEN undefined_object OR undefined_table OR undefined_function OR undefined_column OR invalid_schema_name
        OR insufficient_privilege THEN
        RAISE WARNING 'not given back: % (%)', closed.statement, SQLERRM;
    END;
    PERFORM pg_catalog.set_config('role', 'sminion_owner', true);
  END LOOP;
END
$sminion$;
