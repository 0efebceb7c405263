-- Trigger function of <<table>> that records each write with its subjects. Its queries are made from the columns that the
-- table has now, which are more than the policy names; after a change of columns they fail, and the same is asked with
-- queries made anew, so that nothing is missed until the next `apply`. The body is a literal and not in dollar quotes,
-- because names of columns are the owner's of the table.
DO $sminion$
DECLARE
  target CONSTANT pg_catalog.regclass := <<table_literal>>;
BEGIN
  EXECUTE pg_catalog.format(
    'CREATE OR REPLACE FUNCTION sminion.%I() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER '
    || 'SET search_path = pg_catalog, pg_temp AS %L', <<function_literal>>, pg_catalog.format($body$
DECLARE
  listed CONSTANT bigint := 1000;
  counted  bigint;
  lowest   text;
  highest  text;
  persons  bigint := 1;
  subjects text[];
  columns  text[] := '{}';
  recorded boolean;
BEGIN
  -- One query asks for all that one row needs: starting a query costs more than running it.
  IF TG_OP = 'INSERT' OR TG_OP = 'UPDATE' THEN
    BEGIN
      IF TG_OP = 'INSERT' THEN
        SELECT c.counted, c.lowest, c.highest, (%1$s) INTO counted, lowest, highest, columns FROM (
          SELECT count(*) FILTER (WHERE s.counts), min(s.subject COLLATE "C"), max(s.subject COLLATE "C")
          FROM (<<new_subjects>>) AS s (subject, counts)) AS c (counted, lowest, highest);
      ELSE
        SELECT c.counted, c.lowest, c.highest, CASE WHEN c.counted = 1 THEN (%2$s) END
        INTO counted, lowest, highest, columns FROM (
          SELECT count(*) FILTER (WHERE s.counts), min(s.subject COLLATE "C"), max(s.subject COLLATE "C")
          FROM (<<both_subjects>>) AS s (subject, counts)) AS c (counted, lowest, highest);
        IF counted > 1 THEN
          columns := (%3$s);
        END IF;
      END IF;
    EXCEPTION WHEN undefined_column OR syntax_error THEN
      EXECUTE sminion.write_query(TG_RELID, TG_OP) INTO columns;
      IF TG_OP = 'INSERT' THEN
        SELECT count(*) FILTER (WHERE s.counts), min(s.subject COLLATE "C"), max(s.subject COLLATE "C")
        INTO counted, lowest, highest FROM (<<new_subjects>>) AS s (subject, counts);
      ELSE
        SELECT count(*) FILTER (WHERE s.counts), min(s.subject COLLATE "C"), max(s.subject COLLATE "C")
        INTO counted, lowest, highest FROM (<<both_subjects>>) AS s (subject, counts);
      END IF;
    END;
  ELSIF TG_OP = 'DELETE' THEN
    SELECT count(*) FILTER (WHERE s.counts), min(s.subject COLLATE "C"), max(s.subject COLLATE "C")
    INTO counted, lowest, highest FROM (<<old_subjects>>) AS s (subject, counts);
  ELSE
    recorded := sminion.record_write(TG_TABLE_SCHEMA, TG_TABLE_NAME, TG_OP, '{}', NULL, '{}', NULL);
    RETURN NULL;
  END IF;
  IF counted = 0 THEN
    RETURN NULL;
  END IF;

  IF lowest IS NOT DISTINCT FROM highest THEN
    subjects := array_remove(ARRAY[lowest], NULL);
  ELSIF TG_OP = 'INSERT' THEN
    WITH person AS (SELECT DISTINCT s.subject FROM (<<new_subjects>>) AS s (subject, counts) WHERE s.subject IS NOT NULL)
    SELECT (SELECT count(*) FROM person), ARRAY(SELECT p.subject FROM person p LIMIT listed) INTO persons, subjects;
  ELSIF TG_OP = 'UPDATE' THEN
    WITH person AS (SELECT DISTINCT s.subject FROM (<<both_subjects>>) AS s (subject, counts) WHERE s.subject IS NOT NULL)
    SELECT (SELECT count(*) FROM person), ARRAY(SELECT p.subject FROM person p LIMIT listed) INTO persons, subjects;
  ELSE
    WITH person AS (SELECT DISTINCT s.subject FROM (<<old_subjects>>) AS s (subject, counts) WHERE s.subject IS NOT NULL)
    SELECT (SELECT count(*) FROM person), ARRAY(SELECT p.subject FROM person p LIMIT listed) INTO persons, subjects;
  END IF;
  recorded := sminion.record_write(
    TG_TABLE_SCHEMA, TG_TABLE_NAME, TG_OP, columns, counted, subjects, nullif(greatest(persons - listed, 0), 0));
  RETURN NULL;
END
$body$,
    sminion.write_query(target, 'INSERT'), sminion.write_query(target, 'UPDATE ONE'), sminion.write_query(target, 'UPDATE')));
END
$sminion$
