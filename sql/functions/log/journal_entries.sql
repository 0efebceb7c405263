-- The entries of the journal as events, one a row, in the order of their places. What an entry claims is compared with what
-- the database knows; an entry that does not stand that is a `fault`, and nothing is dropped.
--
-- An entry is an object. A statement: ticket, shape (of sminion.log_shape), and, where it is known, what came of it; a
-- result: of (the place of its statement) and what came of it: outcome, codes, rows, microseconds, bulk, subjects.
--
-- kind:  statement, result or fault; a result has ticket and shape of its statement.
-- of:    the place of the statement that a result belongs to.
-- entry: of a fault, what was written, as bytes; NULL for places that are missing.
-- batch: the first place of the batch, and its proof; NULL for places that are missing.
-- own:   whether the writer's process made the row.
CREATE FUNCTION sminion.journal_entries(
  chosen tid[],
  OUT at timestamptz, OUT transaction xid8, OUT login name, OUT kind text, OUT writer bigint, OUT place bigint, OUT of bigint,
  OUT ticket bigint, OUT shape bigint, OUT refused boolean, OUT outcome text, OUT codes text[], OUT rows bigint,
  OUT microseconds bigint, OUT bulk bigint, OUT subjects jsonb, OUT code text, OUT message text, OUT entry bytea,
  OUT batch bigint, OUT proof bytea, OUT own boolean
) RETURNS SETOF record
LANGUAGE sql
STABLE
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $sminion$
  WITH batch AS MATERIALIZED (
    SELECT * FROM sminion.journal_batches(chosen)
  ), said AS (
    SELECT b.at, b.transaction, b.login, b.writer, b.first, b.proof, b.entries, b.first + e.n - 1 AS place, b.away, e.n,
           jsonb_typeof(e.value) = 'object' AS is_object, e.value ? 'of' AS follows,
           e.value -> 'of' AS raw_of, e.value -> 'ticket' AS raw_ticket, e.value -> 'shape' AS raw_shape,
           e.value -> 'outcome' AS raw_outcome, e.value -> 'codes' AS raw_codes, e.value -> 'rows' AS raw_rows,
           e.value -> 'microseconds' AS raw_microseconds, e.value -> 'bulk' AS raw_bulk, e.value -> 'subjects' AS raw_subjects
    FROM batch b CROSS JOIN LATERAL jsonb_array_elements(b.parsed) WITH ORDINALITY AS e (value, n)
    WHERE b.code IS NULL
  ), typed AS (
    SELECT s.*, sminion.journal_number(s.raw_of) AS of, sminion.journal_number(s.raw_ticket) AS ticket,
           sminion.journal_number(s.raw_shape) AS shape, sminion.journal_number(s.raw_rows) AS rows,
           sminion.journal_number(s.raw_microseconds) AS microseconds, sminion.journal_number(s.raw_bulk) AS bulk,
           -- Compared as JSON: the text of what is no string may be very long.
           CASE s.raw_outcome WHEN '"done"' THEN 'done' WHEN '"refused"' THEN 'refused' WHEN '"failed"' THEN 'failed' END AS outcome,
           CASE WHEN jsonb_typeof(s.raw_codes) = 'array' THEN
             CASE WHEN NOT jsonb_path_exists(s.raw_codes, 'strict $[*] ? (@.type() != "string")') THEN s.raw_codes END END AS codes,
           CASE WHEN jsonb_typeof(s.raw_subjects) = 'array' THEN
             CASE WHEN NOT jsonb_path_exists(s.raw_subjects, 'strict $[*] ? (@.type() != "string")') THEN s.raw_subjects END END AS subjects
    FROM said s
  ), read AS MATERIALIZED (
    SELECT t.at, t.transaction, t.login, t.writer, t.first, t.proof, t.entries, t.place, t.away, t.n, t.follows, t.of, t.ticket,
           t.shape, t.outcome, t.codes, t.rows, t.microseconds, t.bulk, t.subjects,
           t.is_object
           AND CASE WHEN t.follows THEN t.of BETWEEN 1 AND t.place - 1 AND t.outcome IS NOT NULL
                 ELSE t.ticket IS NOT NULL AND t.shape IS NOT NULL END
           AND CASE WHEN t.outcome IS NULL THEN t.codes IS NULL AND t.microseconds IS NULL
                 ELSE t.codes IS NOT NULL AND t.microseconds IS NOT NULL AND (t.outcome = 'done') = (t.codes = '[]') END
           AND (t.outcome IS NULL) = (coalesce(t.raw_outcome, 'null') = 'null')
           AND (t.codes IS NULL) = (coalesce(t.raw_codes, 'null') = 'null')
           AND (t.microseconds IS NULL) = (coalesce(t.raw_microseconds, 'null') = 'null')
           AND (t.rows IS NULL) = (coalesce(t.raw_rows, 'null') = 'null')
           AND (t.bulk IS NULL) = (coalesce(t.raw_bulk, 'null') = 'null')
           AND (t.subjects IS NULL) = (coalesce(t.raw_subjects, 'null') = 'null') AS formed
    FROM typed t
  ), statement AS MATERIALIZED (
    -- A ticket that somebody else opened, or that its writer rolled back, is no reason of this login. The tickets of a login
    -- whose home is another database (see sminion.keep_log_of) are not here to be looked at.
    SELECT r.*, h.verdict,
           CASE WHEN r.away OR k.id IS NOT NULL THEN h.id IS NULL END AS strange
    FROM read r
    LEFT JOIN sminion.ticket k ON NOT r.away AND k.id = r.ticket AND (k.login = r.login) IS TRUE
    LEFT JOIN sminion.statement_shape h ON h.id = r.shape
    WHERE r.formed AND NOT r.follows
  ), result AS (
    SELECT r.*, coalesce(s.ticket, e.ticket) AS of_ticket, coalesce(s.shape, e.shape) AS of_shape
    FROM read r
    LEFT JOIN statement s ON s.writer = r.writer AND s.place = r.of AND NOT s.strange
    LEFT JOIN LATERAL (
      SELECT v.ticket, v.shape FROM sminion.statement_event v WHERE s.place IS NULL AND v.writer = r.writer AND v.place = r.of
      LIMIT 1
    ) e ON true
    WHERE r.formed AND r.follows
  ), wrong AS MATERIALIZED (
    SELECT s.at, s.transaction, s.login, s.writer, s.place, s.first, s.proof, s.entries, s.n,
           CASE WHEN s.strange THEN 'SG605' ELSE 'SG603' END AS code,
           CASE WHEN s.strange THEN format('no statement has shape %s', s.shape)
             ELSE format('ticket %s is not a committed one of login `%s`', s.ticket, s.login) END AS message
    FROM statement s WHERE s.strange IS DISTINCT FROM false
    UNION ALL
    SELECT r.at, r.transaction, r.login, r.writer, r.place, r.first, r.proof, r.entries, r.n, 'SG605',
           format('a result is of an earlier statement, not of %s', r.of)
    FROM result r WHERE r.of_ticket IS NULL
    UNION ALL
    SELECT r.at, r.transaction, r.login, r.writer, r.place, r.first, r.proof, r.entries, r.n, 'SG605', 'an entry of the log is malformed'
    FROM read r WHERE r.formed IS NOT TRUE
  ), written AS (
    -- Each batch of them is read once, as text.
    SELECT w.writer, w.first, t.n, t.entry
    FROM (SELECT DISTINCT ON (w.writer, w.first) w.writer, w.first, w.entries FROM wrong w) w
    CROSS JOIN LATERAL unnest(sminion.journal_texts(w.entries)) WITH ORDINALITY AS t (entry, n)
  )
  SELECT s.at, s.transaction, s.login, 'statement', s.writer, s.place, NULL::bigint, s.ticket, s.shape,
         s.verdict = 'refused' OR s.outcome IS NOT DISTINCT FROM 'refused', s.outcome, c.codes, s.rows, s.microseconds, s.bulk,
         s.subjects, NULL, NULL, NULL::bytea, s.first, s.proof, true
  FROM statement s CROSS JOIN LATERAL (
    SELECT CASE WHEN s.codes = '[]' THEN '{}'::text[]
             WHEN s.codes IS NOT NULL THEN sminion.log_texts(ARRAY(SELECT t.value FROM jsonb_array_elements_text(s.codes) AS t (value)), 50) END
  ) AS c (codes)
  WHERE s.strange = false
  UNION ALL
  SELECT r.at, r.transaction, r.login, 'result', r.writer, r.place, r.of, r.of_ticket, r.of_shape, r.outcome = 'refused',
         r.outcome, c.codes, r.rows, r.microseconds, r.bulk, r.subjects, NULL, NULL, NULL, r.first, r.proof, true
  FROM result r CROSS JOIN LATERAL (
    SELECT CASE WHEN r.codes = '[]' THEN '{}'::text[]
             ELSE sminion.log_texts(ARRAY(SELECT t.value FROM jsonb_array_elements_text(r.codes) AS t (value)), 50) END
  ) AS c (codes)
  WHERE r.of_ticket IS NOT NULL
  UNION ALL
  SELECT w.at, w.transaction, w.login, 'fault', w.writer, w.place, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
         w.code, w.message, convert_to(coalesce(t.entry, ''), 'UTF8'), w.first, w.proof, true
  FROM wrong w LEFT JOIN written t ON t.writer = w.writer AND t.first = w.first AND t.n = w.n
  UNION ALL
  SELECT b.at, b.transaction, b.login, 'fault', b.writer, b.first, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
         b.code, b.message, b.entries, b.first, b.proof, b.after IS NOT NULL
  FROM batch b WHERE b.code IS NOT NULL
  UNION ALL
  SELECT b.at, b.transaction, b.login, 'fault', b.writer, b.after + 1, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
         'SG604', format('places %s to %s of log writer %s are missing', b.after + 1, b.first - 1, b.writer), NULL, NULL, NULL, true
  FROM batch b WHERE b.first > b.after + 1
$sminion$;
