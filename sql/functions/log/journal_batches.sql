-- The batches of the journal, judged: what each one is, apart from its entries. A batch that is in the log already, or in the
-- journal twice, is left out: it was sent again because its answer was lost.
--
-- They are judged in the order in which sminion.fold takes them, each by those before it. So it makes no difference how many
-- are judged at once: the views say of the journal what the log is going to say.
--
-- chosen:   as sminion.journal_rows.
-- proof:    sha256(key || sha256(entries) || writer || first), where the key is the SHA-256 of the writer's secret and both
--           numbers have eight bytes. Each part has a fixed length, so nobody who sees one proof can make another.
-- after:    the last place of the writer before this batch. Places between it and `first` are missing.
-- code:     NULL when the entries may be read.
CREATE FUNCTION sminion.journal_batches(
  chosen tid[],
  OUT at timestamptz, OUT transaction xid8, OUT login name, OUT writer bigint, OUT first bigint, OUT proof bytea,
  OUT entries bytea, OUT parsed jsonb, OUT many integer, OUT after bigint, OUT away boolean, OUT code text, OUT message text
) RETURNS SETOF record
LANGUAGE plpgsql
STABLE
SET search_path = pg_catalog, pg_temp
AS $sminion$
#variable_conflict use_column
DECLARE
  -- Each entry becomes a row: a batch of millions of empty ones would make a large log of a small journal. The time
  -- of folding is bounded by bytes, so entries of a long batch have the bytes that the shortest one needs that says anything.
  most     CONSTANT integer := 10000;
  short    CONSTANT integer := 100;
  smallest CONSTANT integer := 20;
  b        record;
  current  bigint;
  last     bigint;
BEGIN
  FOR b IN
    WITH proved AS MATERIALIZED (
      SELECT j.*, w.id IS NOT NULL AS own, w.place, w.home IS NOT NULL AS away
      FROM sminion.journal_rows(chosen) j
      LEFT JOIN sminion.log_writer w
        ON w.id = j.writer AND w.login = j.login AND j.first BETWEEN 1 AND 1000000000000000
          AND j.proof = sha256(w.secret_hash || sha256(j.entries) || int8send(j.writer) || int8send(j.first))
      WHERE j.event IS NULL
    ), counted AS (
      SELECT p.*, p.own AND row_number() OVER (PARTITION BY p.own, p.writer, p.first, p.proof ORDER BY p.transaction, p.at) > 1 AS again
      FROM proved p
    )
    SELECT c.*, CASE WHEN c.own THEN sminion.journal_json(c.entries) END AS parsed
    FROM counted c
    -- LIMIT: by its index, however many there are.
    LEFT JOIN LATERAL (
      SELECT true AS found FROM sminion.folded_batch f WHERE c.own AND f.writer = c.writer AND f.first = c.first AND f.proof = c.proof LIMIT 1
    ) AS folded ON true
    WHERE NOT c.again AND folded.found IS NULL
    ORDER BY c.own, c.writer, c.transaction, c.at, c.first
  LOOP
    at := b.at;
    transaction := b.transaction;
    login := b.login;
    writer := b.writer;
    first := b.first;
    proof := b.proof;
    entries := b.entries;
    parsed := b.parsed;
    away := b.away;
    many := 1;
    after := NULL;
    IF NOT b.own THEN
      code := 'SG604';
      message := format('login `%s` has no log writer %s that made this batch', b.login, b.writer);
      RETURN NEXT;
      CONTINUE;
    END IF;
    IF current IS DISTINCT FROM b.writer THEN
      current := b.writer;
      last := b.place;
    END IF;
    after := last;
    IF b.first <= last THEN
      code := 'SG608';
      message := format('log writer %s is at place %s, and this is not the batch that it wrote from place %s on', b.writer, last, b.first);
      RETURN NEXT;
      CONTINUE;
    END IF;
    IF jsonb_typeof(b.parsed) = 'array' THEN
      many := jsonb_array_length(b.parsed);
    END IF;
    IF jsonb_typeof(b.parsed) = 'array' AND many BETWEEN 1 AND most
      AND (many <= short OR many <= octet_length(b.entries) / smallest)
    THEN
      code := NULL;
      message := NULL;
    ELSE
      many := 1;
      code := 'SG605';
      message := format('the batch is no JSON array of 1 to %s entries, or they are too short to say anything', most);
    END IF;
    last := b.first + many - 1;
    RETURN NEXT;
  END LOOP;
END
$sminion$;
