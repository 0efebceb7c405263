-- Begins an export to a recipient: writes what is asked into the register, and opens the ticket that the rows are read under. The ticket opens
-- nothing before both are committed, so no row is read that is not on record. Ends with finish_transfer or fail_transfer.
--
-- The server cannot see where a client sends what it reads: it relies on the client for `columns`, `categories` and the query. What it holds
-- by itself: the recipient, its purposes and categories, the end of its contract, and everything that a ticket does: under it nothing is read
-- that the recipient never gets.
CREATE FUNCTION sminion.open_transfer(
  recipient text, purpose text, actor text, reason text, query text, query_sha256 bytea, columns text[], categories text[],
  schemas text[] DEFAULT NULL, unit text DEFAULT NULL, basis_ref text DEFAULT NULL, "values" jsonb DEFAULT NULL,
  OUT disclosure bigint, OUT token text
)
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
#variable_conflict use_column
DECLARE
  permitted record;
  asked     jsonb;
  made      text;
  number    bigint;
BEGIN
  PERFORM sminion.require_read_committed();
  permitted := sminion.permit_disclosure(open_transfer.recipient, open_transfer.purpose, open_transfer.categories, clock_timestamp(), true);
  SELECT v.document -> 'purposes' -> open_transfer.purpose INTO asked FROM sminion.policy_version v WHERE v.epoch = permitted.epoch;
  IF NOT asked -> 'may' ? 'transfer' THEN
    RAISE EXCEPTION USING ERRCODE = 'SG701',
      MESSAGE = format('purpose `%s` transfers no data', open_transfer.purpose),
      HINT = 'Add `transfer` to `may` of the purpose, if people were told so.';
  ELSIF asked ->> 'basis' IN ('mandatory_disclosure', 'vital_interest') AND coalesce(btrim(open_transfer.basis_ref), '') = '' THEN
    RAISE EXCEPTION USING ERRCODE = 'SG701',
      MESSAGE = format('a transfer for purpose `%s` says what it rests on', open_transfer.purpose),
      DETAIL = format('The purpose rests on `%s`.', asked ->> 'basis'),
      HINT = 'Pass `basis_ref` (`--basis-ref`): the number of the order, or of the case.';
  ELSIF coalesce(cardinality(open_transfer.columns), 0) = 0 OR array_position(open_transfer.columns, NULL) IS NOT NULL
    OR cardinality(open_transfer.columns) > 2000 OR coalesce(length(open_transfer.query_sha256), 0) <> 32
    OR coalesce(btrim(open_transfer.query), '') = '' OR open_transfer.categories IS NULL OR cardinality(open_transfer.categories) > 1000
  THEN
    RAISE EXCEPTION USING ERRCODE = 'SG729',
      MESSAGE = 'the register says what is asked: query, columns or categories are missing',
      HINT = 'Pass the query without its constants, the SHA-256 of all of it, the columns and their categories.';
  END IF;
  PERFORM sminion.begin_groups(open_transfer.recipient);
  -- First the register: the ticket rests on its row, see sminion.opening. Without actor or reason open_ticket refuses both.
  INSERT INTO sminion.disclosure AS d (disclosed_at, actor, recipient, contract, purpose, categories, reason, epoch)
  VALUES (clock_timestamp(), sminion.ticket_text('actor', open_transfer.actor, 200), open_transfer.recipient, permitted.contract,
          open_transfer.purpose, ARRAY(SELECT DISTINCT c FROM unnest(open_transfer.categories) c ORDER BY 1),
          coalesce(sminion.ticket_text('reason', open_transfer.reason, 1000), ''), permitted.epoch)
  RETURNING d.id INTO number;
  made := sminion.open_ticket(
    open_transfer.purpose, open_transfer.actor, open_transfer.reason, open_transfer.schemas, open_transfer.unit, open_transfer.basis_ref,
    NULL, open_transfer."values", disclosure => number);
  INSERT INTO sminion.transfer (disclosure, ticket, expires_at, basis_ref, columns, query, query_sha256)
  SELECT number, k.id, k.expires_at, k.basis_ref,
         ARRAY(SELECT sminion.log_text(c, 80) FROM unnest(open_transfer.columns) WITH ORDINALITY AS u (c, place) ORDER BY u.place),
         sminion.log_text(open_transfer.query, 8000), open_transfer.query_sha256
  FROM sminion.ticket k WHERE k.id = split_part(made, '.', 1)::bigint;
  PERFORM sminion.record_act('transfer', jsonb_build_object(
    'disclosure', number, 'recipient', open_transfer.recipient, 'purpose', open_transfer.purpose,
    'categories', to_jsonb(open_transfer.categories), 'query_sha256', encode(open_transfer.query_sha256, 'hex')), NULL);
  disclosure := number;
  token := made;
END
$sminion$;
COMMENT ON FUNCTION sminion.open_transfer(text, text, text, text, text, bytea, text[], text[], text[], text, text, jsonb) IS
  'begins an export to a recipient, on record; its number, and the token that its rows are read under';
