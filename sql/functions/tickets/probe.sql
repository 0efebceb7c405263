-- Whether the guard can set masks in a table: the update that `backfill` will make, tried on a sample of its rows and taken
-- back. `apply` asks before it commits: afterwards a row that refuses is visible to nobody, and where all refuse the
-- application stands still. An update is tried because no catalog knows the answer. Checks, generated columns and indexes run
-- the application's functions as `sminion_owner` under the guard's search_path; a published table may lack an identity.
--
-- The sample: rows of the first two blocks of each partition, of the last two of a table without partitions, and of blocks
-- at random. `tried` rows, of which `refused` could not be updated, for the first `cause`; `hidden` of these have no mask yet.
-- Rows and states that somebody has locked are left out. What no rollback takes back (a sequence, another connection) stays
-- done, if a function of the application does that where it is computed.
CREATE FUNCTION sminion.probe(
  target sminion.protected_table, most integer, milliseconds integer,
  OUT tried bigint, OUT refused bigint, OUT hidden bigint, OUT cause text, OUT broken text, OUT places text[]
)
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
SET lock_timeout = '20ms'
SET jit = off
AS $sminion$
DECLARE
  touch  CONSTANT text := format('UPDATE %I.%I AS t SET guard_mask = CASE WHEN t.guard_mask IS NULL THEN 0 END ',
                                 target.schema_name, target.table_name);
  ends   CONSTANT timestamptz := clock_timestamp() + milliseconds * interval '1 ms';
  leaves bigint;
  blocks bigint;
  parts  oid[];
  tids   tid[];
  masked boolean[];
  done   boolean := false;
  said   text;
  state  text;
  which  text;
  owner  text;
  number bigint;
BEGIN
  tried := 0;
  refused := 0;
  hidden := 0;
  places := '{}';
  SELECT count(*), greatest(sum(pg_relation_size(c.oid) / current_setting('block_size')::bigint), 1) INTO leaves, blocks
  FROM (SELECT format('%I.%I', target.schema_name, target.table_name)::regclass::oid
        UNION SELECT p.relid FROM pg_partition_tree(format('%I.%I', target.schema_name, target.table_name)) p) m (oid)
  JOIN pg_class c ON c.oid = m.oid AND c.relkind = 'r';
  EXECUTE format(
    'WITH first AS (SELECT t.tableoid AS part, t.ctid AS place, t.guard_mask IS NOT NULL AS masked, '
    || 'row_number() OVER (PARTITION BY t.tableoid) AS number FROM %1$I.%2$I AS t WHERE t.ctid < ''(2,0)''), '
    || 'last AS (SELECT t.tableoid, t.ctid, t.guard_mask IS NOT NULL FROM %1$I.%2$I AS t WHERE t.ctid >= $2 LIMIT $1), '
    || 'others AS (SELECT t.tableoid, t.ctid, t.guard_mask IS NOT NULL FROM %1$I.%2$I AS t TABLESAMPLE SYSTEM ($3) LIMIT $1) '
    || 'SELECT array_agg(s.part), array_agg(s.place), array_agg(s.masked) FROM ('
    || 'SELECT f.part, f.place, f.masked FROM first f WHERE f.number <= $4 UNION SELECT * FROM last UNION SELECT * FROM others) s',
    target.schema_name, target.table_name)
  INTO parts, tids, masked
  USING greatest(most / 3, 1), format('(%s,0)', CASE WHEN leaves = 1 THEN greatest(blocks - 2, 0) ELSE 4294967294 END)::tid,
        least(800.0 / blocks, 100), greatest(most / 3 / greatest(leaves, 1), 3);
  IF parts IS NULL THEN
    RETURN;
  END IF;

  BEGIN
    PERFORM sminion.begin_replica_role();
    EXECUTE touch || 'FROM unnest($1, $2) AS s (part, place) WHERE t.ctid = s.place AND t.tableoid = s.part' USING parts, tids;
    GET DIAGNOSTICS tried = ROW_COUNT;
    done := true;
    RAISE EXCEPTION 'taken back';
  EXCEPTION WHEN OTHERS THEN
    IF done THEN
      RETURN;
    END IF;
  END;

  FOR n IN 1 .. cardinality(parts) LOOP
    EXIT WHEN clock_timestamp() > ends AND tried > 0;
    done := false;
    BEGIN
      PERFORM sminion.begin_replica_role();
      EXECUTE touch || 'WHERE t.ctid = $1 AND t.tableoid = $2' USING tids[n], parts[n];
      GET DIAGNOSTICS number = ROW_COUNT;
      done := true;
      RAISE EXCEPTION 'taken back';
    EXCEPTION
    WHEN lock_not_available THEN
      CONTINUE;
    WHEN OTHERS THEN
      IF NOT done THEN
        GET STACKED DIAGNOSTICS said = MESSAGE_TEXT, state = RETURNED_SQLSTATE, which = CONSTRAINT_NAME, owner = TABLE_NAME;
        refused := refused + 1;
        hidden := hidden + (NOT masked[n])::integer;
        cause := coalesce(cause, format('%s (%s)', said, state));
        -- a constraint of a domain names no table
        broken := coalesce(broken, CASE WHEN owner <> '' THEN which END);
        IF cardinality(places) < 3 THEN
          places := places || format('%s of %s', tids[n], parts[n]::regclass);
        END IF;
        number := 1;
      END IF;
      tried := tried + number;
    END;
  END LOOP;
END
$sminion$;
