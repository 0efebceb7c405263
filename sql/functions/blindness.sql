-- Why the guard cannot be sure that it sees every row of a table, or that touching a row computes its mask; NULL when it
-- can. The guard has no BYPASSRLS: a restrictive policy of the application that binds PUBLIC hides rows from it as well, and
-- nothing it counts tells so. A trigger that is off leaves masks as they are, and lets others write what they like.
-- A published table refuses every UPDATE where its columns do not suffice to name a row for the subscriber.
-- A child is seen no better than its parent, where its subject is found.
CREATE FUNCTION sminion.blindness(target sminion.protected_table) RETURNS text
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
SET lock_timeout = '20ms'
AS $sminion$
DECLARE
  relation regclass := to_regclass(format('%I.%I', target.schema_name, target.table_name));
  prefix   text := format('policy:%s.%s:', target.schema_name, target.table_name);
  above    sminion.protected_table;
  entry    sminion.installed_object;
  found    text;
BEGIN
  IF relation IS NULL THEN
    RETURN 'the table does not exist';
  END IF;
  IF (SELECT c.relrowsecurity FROM pg_class c WHERE c.oid = relation) THEN
    SELECT format('policy `%s` hides rows from `sminion_owner`', string_agg(p.polname, '`, `' ORDER BY p.polname)) INTO found
    FROM pg_policy p
    WHERE p.polrelid = relation AND NOT p.polpermissive AND p.polcmd IN ('*', 'r', 'w')
      AND EXISTS (SELECT FROM unnest(p.polroles) r (oid) WHERE CASE r.oid WHEN 0 THEN true
                    ELSE pg_has_role('sminion_owner', r.oid, 'USAGE') END)
      AND NOT EXISTS (SELECT FROM sminion.installed_object o WHERE o.key = prefix || p.polname)
    HAVING count(*) > 0;
    IF found IS NOT NULL THEN
      RETURN found;
    END IF;
    FOR entry IN SELECT o.* FROM sminion.installed_object o
      WHERE o.key IN (prefix || 'guard_floor', prefix || 'guard_owner') ORDER BY o.key
    LOOP
      BEGIN
        -- It prints the condition, which waits for whoever has the table locked.
        EXECUTE entry.fingerprint_query INTO found;
      EXCEPTION WHEN lock_not_available THEN
        RETURN 'locked: its policies cannot be read';
      END;
      IF found IS DISTINCT FROM entry.fingerprint THEN
        RETURN format('the guard''s own policy `%s` was altered or dropped', substr(entry.key, length(prefix) + 1));
      END IF;
    END LOOP;
  END IF;

  SELECT format('trigger `%s` of `%s` %s', w.name, m.oid::regclass,
                CASE t.tgenabled WHEN 'D' THEN 'is disabled' WHEN 'O' THEN 'is not ENABLE ALWAYS'
                  WHEN 'R' THEN 'fires for replicas only' ELSE 'is missing' END) INTO found
  FROM (SELECT relation UNION SELECT f.relid FROM pg_partition_tree(relation) f) m (oid)
  JOIN pg_class c ON c.oid = m.oid AND c.relkind IN ('r', 'p')
  CROSS JOIN (
    SELECT '~guard_row' UNION ALL SELECT '~guard_row_made' UNION ALL
    SELECT n.name FROM (VALUES ('~guard_moved'), ('~guard_made_anew')) AS n (name)
    WHERE EXISTS (SELECT FROM sminion.protected_table p
                  WHERE p.parent_schema = target.schema_name AND p.parent_table = target.table_name)) w (name)
  LEFT JOIN pg_trigger t ON t.tgrelid = m.oid AND t.tgname = w.name
  WHERE t.tgenabled IS DISTINCT FROM 'A'
  ORDER BY 1 LIMIT 1;
  IF found IS NOT NULL THEN
    RETURN found;
  END IF;
  IF EXISTS (SELECT FROM pg_publication b WHERE b.pubupdate) THEN
    BEGIN
      PERFORM sminion.lock_for_update(target);
    EXCEPTION
    WHEN lock_not_available THEN
      NULL;
    WHEN object_not_in_prerequisite_state OR invalid_column_reference THEN
      RETURN format('an update is refused: %s', SQLERRM);
    END;
  END IF;
  IF target.depth = 0 THEN
    RETURN NULL;
  END IF;
  SELECT p.* INTO above FROM sminion.protected_table p
  WHERE p.schema_name = target.parent_schema AND p.table_name = target.parent_table;
  found := sminion.blindness(above);
  RETURN CASE WHEN found IS NOT NULL THEN format('of its parent `%s.%s`: %s', above.schema_name, above.table_name, found) END;
END
$sminion$;
