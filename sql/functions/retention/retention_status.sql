-- What expires, table by table: rows that have expired and still stand, and what was done. Rows are counted, so it takes its time.
--
-- expired:   NULL where they were not counted: no index leads to them, and the table is large; or `hindrance` says why.
-- kept:      of them, those of people who are blocked or whose data are held.
-- used:      of them, those that rows of other tables lead to.
-- oldest:    when the first of them expired; next: when the next row does.
-- overdue:   rows that nothing keeps have stood for more than a day, and maintenance could have purged them.
-- failing:   something else is in the way than a lock: rows lead to expired ones, `hindrance`, why the table cannot be purged as it is, or
--            `cause`, what stopped it the last time.
CREATE FUNCTION sminion.retention_status(
  slow boolean DEFAULT false, OUT schema_name text, OUT table_name text, OUT after_column text, OUT keep text, OUT way text,
  OUT since timestamptz, OUT expired bigint, OUT kept bigint, OUT used bigint, OUT oldest timestamptz, OUT next timestamptz,
  OUT indexed boolean, OUT purged bigint, OUT run_at timestamptz, OUT done_at timestamptz, OUT overdue boolean, OUT failing boolean,
  OUT hindrance text, OUT cause text
) RETURNS SETOF record
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET lock_timeout = '5s'
SET row_security = on
SET jit = off
AS $sminion$
DECLARE
  own    sminion.retention_rule;
  target sminion.protected_table;
  seen   record;
BEGIN
  FOR own IN SELECT r.* FROM sminion.retention_rule r ORDER BY r.schema_name COLLATE "C", r.table_name COLLATE "C" LOOP
    target := sminion.retention_target(own);
    schema_name := own.schema_name;
    table_name := own.table_name;
    after_column := own.after_column;
    keep := own.keep;
    way := own.way;
    since := own.since;
    purged := own.purged;
    run_at := own.run_at;
    done_at := own.done_at;
    cause := own.cause;
    indexed := sminion.expired_found(own);
    expired := NULL;
    kept := NULL;
    used := NULL;
    oldest := NULL;
    next := NULL;
    IF to_regclass(format('%I.%I', own.schema_name, own.table_name)) IS NOT NULL THEN
      EXECUTE format('LOCK TABLE %I.%I IN ROW EXCLUSIVE MODE', own.schema_name, own.table_name);
    END IF;
    hindrance := sminion.retention_hindrance(own, target);
    IF hindrance IS NULL AND NOT indexed AND NOT slow THEN
      hindrance := format('no index begins with `%s`, and all rows would be read: make one', own.after_column);
    ELSIF hindrance IS NULL THEN
      seen := sminion.expired_left(own, target);
      expired := seen.expired;
      kept := seen.kept;
      used := seen.used;
      oldest := CASE WHEN seen.expired > 0 THEN seen.oldest END;
      next := seen.next;
      -- What came in while rows were counted is undone.
      hindrance := sminion.retention_hindrance(own, target);
      IF hindrance IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'SG570', MESSAGE = hindrance;
      END IF;
    END IF;
    overdue := coalesce(expired > kept + used, false) AND oldest < clock_timestamp() - interval '1 day'
      AND own.since < clock_timestamp() - interval '2 days';
    failing := hindrance IS NOT NULL OR used > 0 OR coalesce(cause NOT LIKE '%locked%', false);
    RETURN NEXT;
  END LOOP;
END
$sminion$;
COMMENT ON FUNCTION sminion.retention_status(boolean) IS 'what expires when, table by table, and what of it still stands';
