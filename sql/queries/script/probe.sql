-- Tries to set masks on a sample of rows, and takes it back: where all refuse, nobody would see any row.
DO $sminion$
DECLARE
  target sminion.protected_table;
  found  record;
BEGIN
  FOR target IN SELECT p.* FROM sminion.protected_table p WHERE p.next_block = 0 ORDER BY p.depth, p.schema_name, p.table_name LOOP
    found := sminion.probe(target, 300, 500);
    IF found.refused > 0 AND found.refused = found.tried AND found.refused = found.hidden THEN
      RAISE EXCEPTION USING ERRCODE = 'SG338',
        MESSAGE = pg_catalog.format('rows of `%s.%s` refuse an update: nobody would see any row', target.schema_name, target.table_name),
        DETAIL = pg_catalog.format('%s; %s.', found.cause, pg_catalog.array_to_string(found.places, ', ')),
        HINT = 'Mend what the detail names, then run the script again: nothing was changed.';
    ELSIF found.refused > 0 THEN
      RAISE WARNING USING ERRCODE = 'SG338',
        MESSAGE = pg_catalog.format('%s of %s rows of `%s.%s` that were tried refuse an update: nobody sees them', found.refused,
                                    found.tried, target.schema_name, target.table_name),
        DETAIL = pg_catalog.format('%s; %s.', found.cause, pg_catalog.array_to_string(found.places, ', ')),
        HINT = 'Mend what the detail names, then let `sminion.settle` go on.';
    END IF;
  END LOOP;
END
$sminion$;
