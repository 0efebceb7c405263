-- Brings the rows of the given subjects in one table up to date, at most `row_limit`. Then it looks again, and `still` are
-- the subjects of which a row is still stale, with `rows` of each and the `cause`: what was updated is not believed, what is
-- found is. Where the guard cannot be sure to find all, or the table is locked (a purpose may LOCK TABLE), all subjects are
-- still to be settled, and how many rows they have is not known.
-- within_limit: all rows of these subjects together are no more than `row_limit`.
-- seen:         sminion.seen_whole was true for the table, and it has rows of these subjects.
CREATE FUNCTION sminion.settle_table(
  target sminion.protected_table, subjects text[], row_limit bigint, within_limit boolean, seen boolean,
  OUT changed bigint, OUT still text[], OUT rows bigint[], OUT cause text
)
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  done        record;
  blind       text;
  few         text[] := subjects;
  touch_cause text;
BEGIN
  changed := 0;
  still := subjects;
  IF NOT seen THEN
    BEGIN
      PERFORM sminion.lock_for_update(target);
    EXCEPTION
    WHEN lock_not_available THEN
      cause := 'locked: the table, by ' || sminion.table_holders(format('%I.%I', target.schema_name, target.table_name));
      RAISE WARNING USING ERRCODE = 'SG510',
        MESSAGE = format('table `%s.%s` is locked: its rows wait', target.schema_name, target.table_name),
        DETAIL = cause,
        HINT = 'Nothing needs to be repeated: withheld subjects stay hidden, and the next `sminion.settle` continues.';
      RETURN;
    WHEN OTHERS THEN
      -- it is published, and its rows have no identity: no update of it is possible
      cause := format('%s (%s)', SQLERRM, SQLSTATE);
      RETURN;
    END;
    blind := sminion.blindness(target);
    -- Where the row trigger does not fire, touching would hide the row and set nothing right.
    IF blind LIKE 'trigger %' THEN
      cause := blind;
      RETURN;
    END IF;
    IF blind IS NOT NULL THEN
      done := sminion.touch_rows(target, subjects, row_limit);
      changed := done.touched;
      cause := blind;
      RETURN;
    END IF;
  END IF;

  -- Of few subjects most tables have no row: to look is cheaper than to plan an update.
  IF NOT within_limit OR (cardinality(subjects) < 20 AND NOT seen) THEN
    SELECT coalesce(array_agg(s.subject ORDER BY s.subject), '{}'), array_agg(s.stale ORDER BY s.subject) INTO still, rows
    FROM sminion.stale_subjects(target, subjects) s;
    -- Of one with more rows than the limit some are touched.
    few := ARRAY(
      SELECT f.subject FROM (SELECT s.subject, sum(s.stale) OVER (ORDER BY s.stale, s.subject) AS sum
                             FROM unnest(still, rows) AS s (subject, stale)) f
      WHERE f.sum <= row_limit);
  END IF;
  IF few <> '{}' THEN
    BEGIN
      changed := sminion.set_masks(target, sminion.subject_rows(target), few);
    EXCEPTION WHEN OTHERS THEN
      -- A row refuses: touch_rows goes around it.
      changed := 0;
    END;
    SELECT coalesce(array_agg(s.subject ORDER BY s.subject), '{}'), array_agg(s.stale ORDER BY s.subject) INTO still, rows
    FROM sminion.stale_subjects(target, subjects) s;
  END IF;
  IF still <> '{}' AND changed < row_limit THEN
    done := sminion.touch_rows(target, still, row_limit - changed);
    changed := changed + done.touched;
    touch_cause := done.cause;
    SELECT coalesce(array_agg(s.subject ORDER BY s.subject), '{}'), array_agg(s.stale ORDER BY s.subject) INTO still, rows
    FROM sminion.stale_subjects(target, subjects) s;
  END IF;
  IF still <> '{}' AND changed < row_limit THEN
    cause := coalesce(touch_cause, sminion.hindrance(
      target, sminion.subject_rows(target) || ' AND (' || sminion.stale_rows(target) || ')', still));
  END IF;
END
$sminion$;
