-- Why a table may still have rows of a person although no batch found any more: NULL where it has none.
CREATE FUNCTION sminion.rows_left(target sminion.protected_table, way text, shared text, subject text) RETURNS text
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
SET jit = off
-- Even where nearly all rows are the person's: each batch would read what the ones before left dead.
SET enable_seqscan = off
SET enable_bitmapscan = off
AS $sminion$
DECLARE
  others CONSTANT record := sminion.rows_about_others(target);
  about  CONSTANT text := sminion.subject_rows(target);
  refers CONSTANT record := sminion.references_to(target, way, true);
  every  bigint;
  named  bigint;
  found  boolean;
BEGIN
  EXECUTE format('SELECT count(*), count(*) FILTER (WHERE q.others) FROM (SELECT (%s) AND (%s) AS others FROM %I.%I AS t WHERE %s LIMIT 1000) q',
                 others.condition, others.stuck, target.schema_name, target.table_name, about)
  INTO every, named USING ARRAY[subject];
  IF named > 0 AND shared <> 'first' AND others.fixed IS NOT NULL THEN
    RETURN format('%s rows name other people too, and column `%s` must name somebody: mark it with `?` in the policy, or say `shared = "first"`',
                  named, others.fixed);
  ELSIF every > 0 THEN
    IF refers.unreadable IS NULL THEN
      EXECUTE format('SELECT EXISTS (SELECT FROM %I.%I AS t WHERE %s AND (%s))', target.schema_name, target.table_name, about, refers.condition)
      INTO found USING ARRAY[subject];
      IF found THEN
        RETURN format('%s rows are left, and rows of other tables refer to them: by a foreign key, or a path of the policy', every);
      END IF;
    END IF;
    RETURN format('%s rows are left: locked by %s', every, sminion.table_holders(format('%I.%I', target.schema_name, target.table_name)));
  END IF;
  IF target.depth > 0 THEN
    EXECUTE format('SELECT EXISTS (SELECT FROM %I.%I AS t WHERE %s AND EXISTS (SELECT FROM %I.%I AS c WHERE c.%I = t.%I))',
      target.parent_schema, target.parent_table,
      format(CASE target.prefixes[1] WHEN '' THEN 't.%1$I = ANY ($1::text[]::%2$s[])'
        ELSE 't.%1$I = ANY (sminion.keys_of_kind($1::text[], %3$L)::%2$s[])' END,
        target.parent_subject, target.key_types[1], target.prefixes[1]),
      target.schema_name, target.table_name, target.child_column, target.parent_key)
    INTO found USING ARRAY[subject];
    IF found THEN
      RETURN 'rows that came before their parent do not have their subject yet: `sminion.settle` finds it';
    END IF;
  END IF;
  -- Somebody may have written who did not see that the state was made.
  PERFORM sminion.grow_states(1000);
  IF EXISTS (SELECT FROM sminion.young_state y WHERE y.subject = rows_left.subject) THEN
    RETURN 'locked: rows of new persons, by ' || sminion.new_writers();
  END IF;
  RETURN NULL;
END
$sminion$;
