-- Sets the masks of stale rows of one table by one statement, to what their trigger would compute row by row, and returns how
-- many. `rows` is a condition over alias `t`, with the subjects as parameter $1.
--
-- As in the trigger, the states are locked (shared) before anything of them or of a parent is believed, and only subjects
-- whose state was locked are taken; a parent moves to another subject under the lock of the old one's state. A state that
-- somebody has locked is passed over. So are all rows when one of them is locked.
--
-- What is passed over is left to sminion.touch_rows and to the trigger, and so are rows about nobody, rows of subjects without a
-- state or with a pending change, rows that follow their parent to another subject (see sminion.permit_move), and tables where a
-- trigger of the application fires too, since it may change the subject.
--
-- Only here the guard's row trigger does not fire: for `sminion_owner`, while the setting says so. By itself the setting gives
-- nobody anything, and sminion.begin_replica_role takes it back before rows are touched.
--
-- make: also makes the states of subjects that have none; waits for whoever is just making one.
CREATE FUNCTION sminion.set_masks(
  target sminion.protected_table, rows text, subjects text[] DEFAULT NULL, make boolean DEFAULT false
) RETURNS bigint
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  relation CONSTANT regclass := format('%I.%I', target.schema_name, target.table_name)::regclass;
  child    CONSTANT boolean := target.depth > 0;
  parent   text;
  leads    text;
  follows  text;
  keys     text[] := ARRAY(SELECT format('nullif(%s, %L)', k.text, '') FROM unnest(sminion.subject_texts(target)) AS k (text));
  names    text[];
  known    text[];
  masks    bigint[];
  change   text;
  before   text;
  silenced bigint;
  firing   bigint;
  changed  bigint := 0;
BEGIN
  IF child THEN
    parent := format('%I.%I', target.parent_schema, target.parent_table);
    leads := format('p.%I = t.%I', target.parent_key, target.child_column);
    follows := format('t.guard_subject IS DISTINCT FROM p.%I', target.parent_subject);
    keys := ARRAY[replace(keys[1], 't.guard_subject', format('p.%I', target.parent_subject))];
  END IF;
  IF subjects IS NOT NULL AND cardinality(keys) = 1 THEN
    names := subjects;
  ELSE
    EXECUTE format(
      'SELECT array_agg(DISTINCT k.subject) FROM %s AS t%s CROSS JOIN LATERAL unnest(ARRAY[%s]) AS k (subject) '
      || 'LEFT JOIN sminion.subject_state o ON o.subject = k.subject WHERE (%s) AND k.subject IS NOT NULL AND (o.subject IS NULL OR %s)',
      relation, CASE WHEN child THEN format(' JOIN %s AS p ON %s', parent, leads) END, array_to_string(keys, ', '), rows,
      CASE WHEN child THEN format('t.guard_mask IS DISTINCT FROM sminion.mask_in(o.*, %L) OR ', target.schema_name) || follows
        WHEN cardinality(keys) = 1 THEN format('t.guard_mask IS DISTINCT FROM sminion.mask_in(o.*, %L)', target.schema_name)
        -- All subjects of a row are needed, also those that permit what it carries.
        ELSE sminion.stale_rows(target) END)
    INTO names USING subjects;
  END IF;
  IF make THEN
    PERFORM sminion.make_states(ARRAY(
      SELECT k.subject FROM unnest(names) AS k (subject)
      WHERE NOT EXISTS (SELECT FROM sminion.subject_state s WHERE s.subject = k.subject)));
  END IF;
  SELECT array_agg(l.subject), array_agg(l.mask) INTO known, masks
  FROM (SELECT s.subject, sminion.mask_in(s.*, target.schema_name) AS mask FROM sminion.subject_state s WHERE s.subject = ANY (names) FOR SHARE SKIP LOCKED) l;
  -- Read after the locks: a change that could not get one is in force all the same. Nobody has the empty subject: it stands
  -- for an optional one that is NULL.
  SELECT array_agg(k.subject), array_agg(k.mask) INTO known, masks
  FROM unnest(array_append(known, ''), array_append(masks, -1::bigint)) AS k (subject, mask)
  WHERE NOT EXISTS (SELECT FROM sminion.pending_change c WHERE c.subject = k.subject);

  SELECT format('UPDATE %s AS t SET guard_mask = %s', relation, string_agg(format('s%s.mask', c.n), ' & '))
      || CASE WHEN child THEN format(', guard_subject = p.%I', target.parent_subject) ELSE '' END
      || ' FROM ' || string_agg(format('unnest($2, $3) AS s%s (subject, mask)', c.n), ', ')
      || CASE WHEN child THEN format(', %s AS p', parent) ELSE '' END
      || format(' WHERE (%s)', rows)
      || CASE WHEN child THEN format(' AND %s AND (t.guard_subject IS NULL OR t.guard_subject = p.%I)', leads, target.parent_subject)
           ELSE '' END
      || string_agg(format(
           CASE WHEN c.optional THEN ' AND s%1$s.subject COLLATE "C" = CASE WHEN t.%2$I IS NULL THEN %4$L ELSE %3$s END'
             ELSE ' AND s%1$s.subject COLLATE "C" = %3$s' END, c.n, c.name, keys[c.n], ''), '')
      || CASE WHEN bool_and(c.optional) THEN format(' AND num_nonnulls(%s) > 0', string_agg(format('t.%I', c.name), ', ')) ELSE '' END
      || format(' AND (t.guard_mask IS DISTINCT FROM (%s)%s)', string_agg(format('s%s.mask', c.n), ' & '),
                CASE WHEN child THEN ' OR ' || follows END)
  INTO change
  FROM unnest(target.subject_columns, target.optional) WITH ORDINALITY AS c (name, optional, n);
  -- Of triggers and rules that an UPDATE would fire: those that only the replica role silences, and those that it does not. Where
  -- there is none the role stays, since each change of it takes all plans of the session with it.
  SELECT count(*) FILTER (WHERE g.tgenabled = 'O'), count(*) FILTER (WHERE g.tgenabled <> 'O') INTO silenced, firing
  FROM pg_trigger g JOIN pg_proc f ON f.oid = g.tgfoid
  WHERE g.tgrelid = ANY (ARRAY(SELECT relation::oid UNION SELECT p.relid FROM pg_partition_tree(relation) p))
    AND NOT g.tgisinternal AND f.pronamespace <> 'sminion'::regnamespace AND g.tgtype & 16 <> 0 AND g.tgenabled <> 'D';
  SELECT silenced + count(*) INTO silenced FROM pg_rewrite r WHERE r.ev_class = relation AND r.ev_enabled = 'O';
  BEGIN
    IF firing = 0 THEN
      IF silenced > 0 THEN
        before := sminion.begin_replica_role();
      END IF;
      IF silenced = 0 OR current_setting('session_replication_role') = 'replica' THEN
        PERFORM set_config('sminion.masks_set', 'yes', true);
        EXECUTE change USING subjects, known, masks;
        GET DIAGNOSTICS changed = ROW_COUNT;
        PERFORM set_config('sminion.masks_set', '', true);
      END IF;
      IF silenced > 0 THEN
        PERFORM sminion.end_replica_role(before);
      END IF;
    END IF;
  EXCEPTION WHEN lock_not_available THEN
    changed := 0;
  END;
  RETURN changed;
END
$sminion$;
