-- Why the guard cannot be sure that it sees every row of a table, or that touching a row computes its mask; NULL when it
-- can. The guard has no BYPASSRLS: a restrictive policy of the application that binds PUBLIC hides rows from it as well, and
-- nothing it counts tells so. A trigger that is off leaves masks as they are, and lets others write what they like.
-- A published table refuses every UPDATE where its columns do not suffice to name a row for the subscriber.
-- A child is seen no better than its parent, where its subject is found.
--
-- Generic plans: planning takes ten times as long as all else here, and would be repeated for each table.
CREATE FUNCTION sminion.blindness(target sminion.protected_table) RETURNS text
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
SET lock_timeout = '20ms'
SET plan_cache_mode = force_generic_plan
AS $sminion$
DECLARE
  relation regclass := to_regclass(format('%I.%I', target.schema_name, target.table_name));
  members  oid[] := ARRAY(SELECT relation::oid UNION SELECT f.relid FROM pg_partition_tree(relation) f);
  prefix   text := format('policy:%s.%s:', target.schema_name, target.table_name);
  above    sminion.protected_table;
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
      -- In the collation of the key, since that of names keeps the server from its index: it read all objects for each table.
      AND NOT EXISTS (SELECT FROM sminion.installed_object o WHERE o.key = prefix || p.polname COLLATE "default")
    HAVING count(*) > 0;
    IF found IS NOT NULL THEN
      RETURN found;
    END IF;
    BEGIN
      -- The conditions as templates/policy/fingerprint.sql prints them, by a plan that is kept: to run those queries took most of
      -- the time of this function, for planning. Printing waits for whoever has the table locked.
      SELECT substr(o.key, length(prefix) + 1) INTO found FROM sminion.installed_object o
      LEFT JOIN pg_policy p ON p.polrelid = relation AND p.polname = substr(o.key, length(prefix) + 1)
      WHERE o.key IN (prefix || 'guard_floor', prefix || 'guard_owner')
        AND o.fingerprint IS DISTINCT FROM concat_ws(' | ', p.polcmd, p.polpermissive,
          (SELECT string_agg(CASE u.oid WHEN 0 THEN 'public' ELSE pg_get_userbyid(u.oid) END, ',' ORDER BY pg_get_userbyid(u.oid))
           FROM unnest(p.polroles) u (oid)),
          pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid))
      ORDER BY o.key LIMIT 1;
    EXCEPTION WHEN lock_not_available THEN
      RETURN 'locked: its policies cannot be read';
    END;
    IF found IS NOT NULL THEN
      RETURN format('the guard''s own policy `%s` was altered or dropped', found);
    END IF;
  END IF;

  -- Rows about nobody have no mask.
  IF cardinality(target.subject_columns) = 0 THEN
    RETURN NULL;
  END IF;
  SELECT format('trigger `%s` of `%s` %s', w.name, c.oid::regclass,
                CASE t.tgenabled WHEN 'D' THEN 'is disabled' WHEN 'O' THEN 'is not ENABLE ALWAYS'
                  WHEN 'R' THEN 'fires for replicas only' ELSE 'is missing' END) INTO found
  FROM pg_class c CROSS JOIN (
    SELECT '~guard_row' UNION ALL SELECT '~guard_row_made' UNION ALL
    SELECT n.name FROM (VALUES ('~guard_moved'), ('~guard_made_anew')) AS n (name)
    WHERE EXISTS (SELECT FROM sminion.protected_table p
                  WHERE p.parent_schema = target.schema_name AND p.parent_table = target.table_name)) w (name)
  LEFT JOIN pg_trigger t ON t.tgrelid = c.oid AND t.tgname = w.name
  -- An array, which is expected to be short: of a function that returns rows, 1000 would be, and all triggers be read.
  WHERE c.oid = ANY (members) AND c.relkind IN ('r', 'p') AND t.tgenabled IS DISTINCT FROM 'A'
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
