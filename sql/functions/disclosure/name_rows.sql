-- Adds the people of rows that an export sends to the register, at most 100,000 rows in a call: by the places of the rows, in the snapshot that
-- they were read in, so that a recipient's compartment needs no key of a person. It answers nothing, though the counters of PostgreSQL tell
-- how many people are new: see docs/DISCLOSURE.md, The register. Rows that are not there name nobody.
--
-- Open requests of these people get the obligation to tell the recipient with the next maintenance, or when they are closed: this only
-- inserts, and takes no lock that an officer or the application waits for. Who is erased from the log after the snapshot was taken is
-- removed again when the export ends, and by maintenance: see sminion.remove_erased.
CREATE FUNCTION sminion.name_rows(disclosure bigint, "table" regclass, rows tid[]) RETURNS void
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $sminion$
#variable_conflict use_column
DECLARE
  unnamed boolean;
BEGIN
  PERFORM sminion.naming(name_rows.disclosure, name_rows."table");
  IF coalesce(cardinality(name_rows.rows), 0) NOT BETWEEN 1 AND 100000 THEN
    RAISE EXCEPTION USING ERRCODE = 'SG729',
      MESSAGE = 'an export names people by rows, at most 100,000 in a call',
      HINT = 'Pass some places of rows (`ctid`), in several calls.';
  ELSIF EXISTS (
    SELECT FROM sminion.disclosure d WHERE d.id = name_rows.disclosure AND sminion.group_minimum(d.recipient) IS NOT NULL)
  THEN
    -- Nobody compares people who are in no group.
    RAISE EXCEPTION USING ERRCODE = 'SG746',
      MESSAGE = 'the recipient gets groups, and people of this export would be in none',
      HINT = 'Name the people of each group: `sminion.name_group`.';
  END IF;
  WITH found AS MATERIALIZED (
    SELECT s AS subject FROM sminion.subjects_of_rows(name_rows."table", name_rows.rows) s
  ), named AS (
    INSERT INTO sminion.disclosure_subject (disclosure, subject)
    SELECT name_rows.disclosure, f.subject FROM found f
    WHERE f.subject <> '' AND NOT EXISTS (SELECT FROM sminion.erasure e WHERE e.holder = 'subject:' || f.subject)
    ON CONFLICT DO NOTHING
  )
  SELECT EXISTS (SELECT FROM found f WHERE f.subject = '') INTO unnamed;
  IF unnamed THEN
    RAISE EXCEPTION USING ERRCODE = 'SG724',
      MESSAGE = 'some rows are about people who cannot be named',
      DETAIL = format('Rows of `%s` lead to no row that says whose they are.', name_rows."table"),
      HINT = 'Leave these rows out, or correct where they lead to.';
  END IF;
END
$sminion$;
COMMENT ON FUNCTION sminion.name_rows(bigint, regclass, tid[]) IS 'adds the people of rows that an export sends to the register';
