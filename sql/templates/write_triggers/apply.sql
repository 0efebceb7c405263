-- Statement triggers, which fire once and see all rows of the statement, on the table and on each partition: one that is
-- named directly fires its own. `~guard_ticket` notes the ticket before the first row, the others record. The guard's own
-- UPDATE sets masks and nothing else (`sminion_owner` has no privilege for more), which is no clarification: UPDATE has a
-- trigger of its own, since a WHEN costs each statement 10 to 15 microseconds.
DO $sminion$
DECLARE
  part pg_catalog.regclass;
BEGIN
  FOR part IN
    SELECT <<table_literal>>::pg_catalog.regclass
    UNION SELECT t.relid FROM pg_catalog.pg_partition_tree(<<table_literal>>::pg_catalog.regclass) t
  LOOP
    EXECUTE pg_catalog.format($trigger$
      DROP TRIGGER IF EXISTS "~guard_ticket" ON %1$s;
      DROP TRIGGER IF EXISTS "~guard_ticket_made" ON %1$s;
      DROP TRIGGER IF EXISTS "~guard_collected" ON %1$s;
      DROP TRIGGER IF EXISTS "~guard_clarified" ON %1$s;
      DROP TRIGGER IF EXISTS "~guard_deleted" ON %1$s;
      DROP TRIGGER IF EXISTS "~guard_emptied" ON %1$s;
      CREATE TRIGGER "~guard_ticket" BEFORE UPDATE ON %1$s
        FOR EACH STATEMENT WHEN (current_user OPERATOR(pg_catalog.<>) 'sminion_owner'::pg_catalog.name)
        EXECUTE FUNCTION sminion.fix_ticket();
      CREATE TRIGGER "~guard_ticket_made" BEFORE INSERT OR DELETE OR TRUNCATE ON %1$s
        FOR EACH STATEMENT EXECUTE FUNCTION sminion.fix_ticket();
      CREATE TRIGGER "~guard_collected" AFTER INSERT ON %1$s REFERENCING NEW TABLE AS new_rows
        FOR EACH STATEMENT EXECUTE FUNCTION sminion.%2$I();
      CREATE TRIGGER "~guard_clarified" AFTER UPDATE ON %1$s REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
        FOR EACH STATEMENT WHEN (current_user OPERATOR(pg_catalog.<>) 'sminion_owner'::pg_catalog.name)
        EXECUTE FUNCTION sminion.%2$I();
      CREATE TRIGGER "~guard_deleted" AFTER DELETE ON %1$s REFERENCING OLD TABLE AS old_rows
        FOR EACH STATEMENT EXECUTE FUNCTION sminion.%2$I();
      CREATE TRIGGER "~guard_emptied" AFTER TRUNCATE ON %1$s
        FOR EACH STATEMENT EXECUTE FUNCTION sminion.%2$I();
      ALTER TABLE %1$s ENABLE ALWAYS TRIGGER "~guard_ticket";
      ALTER TABLE %1$s ENABLE ALWAYS TRIGGER "~guard_ticket_made";
      ALTER TABLE %1$s ENABLE ALWAYS TRIGGER "~guard_collected";
      ALTER TABLE %1$s ENABLE ALWAYS TRIGGER "~guard_clarified";
      ALTER TABLE %1$s ENABLE ALWAYS TRIGGER "~guard_deleted";
      ALTER TABLE %1$s ENABLE ALWAYS TRIGGER "~guard_emptied"
    $trigger$, part, <<function_literal>>);
  END LOOP;
END
$sminion$
