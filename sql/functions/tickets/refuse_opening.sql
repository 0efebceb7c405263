-- Says why a ticket is not opened. Apart from sminion.open_ticket, which finds in one query whether it is; the reasons are
-- looked for in the order in which they can be helped.
CREATE FUNCTION sminion.refuse_opening(purpose text, schemas text[], recipient text) RETURNS void
LANGUAGE plpgsql
STABLE
SET search_path = pg_catalog, pg_temp
AS $sminion$
#variable_conflict use_column
DECLARE
  fitting integer;
BEGIN
  IF NOT EXISTS (SELECT FROM sminion.policy) THEN
    RAISE EXCEPTION USING ERRCODE = 'SG208',
      MESSAGE = 'no policy is in force in this database',
      HINT = 'Install one: `sminion-guard apply`.';
  ELSIF refuse_opening.recipient <> '' AND NOT EXISTS (
    SELECT FROM sminion.login l
    WHERE l.login = session_user AND l.purpose = refuse_opening.purpose AND l.recipient = refuse_opening.recipient)
  THEN
    RAISE EXCEPTION USING ERRCODE = 'SG734',
      MESSAGE = format('login `%s` may not send data to `%s`', session_user, refuse_opening.recipient),
      DETAIL = coalesce(
        'It may send data to: ' || (SELECT string_agg(DISTINCT format('`%s`', l.recipient), ', ') FROM sminion.login l
                                    WHERE l.login = session_user AND l.recipient <> '') || '.',
        'It may send data to nobody.'),
      HINT = 'Connect as a login that may, or name the recipient in `transfers_to` of the login in the policy.';
  ELSIF refuse_opening.recipient = '' AND NOT EXISTS (
    SELECT FROM sminion.login l WHERE l.login = session_user AND l.purpose = refuse_opening.purpose AND l.recipient = '')
  THEN
    RAISE EXCEPTION USING ERRCODE = 'SG212',
      MESSAGE = format('login `%s` does not hold purpose `%s`', session_user, refuse_opening.purpose),
      DETAIL = coalesce(
        (SELECT sminion.changes_since(x.epoch - 1, x.login, x.role) FROM sminion.policy_change x
         WHERE x.login = session_user AND x.purpose = refuse_opening.purpose
           AND NOT EXISTS (SELECT FROM sminion.compartment c WHERE c.role = x.role AND c.recipient <> '') ORDER BY x.epoch DESC LIMIT 1),
        'It holds: ' || (SELECT string_agg(format('`%s`', l.purpose), ', ' ORDER BY l.purpose) FROM sminion.login l
                         WHERE l.login = session_user AND l.recipient = '') || '.',
        (SELECT 'It only sends data to others: see `sminion-guard export run`.' FROM sminion.login l
         WHERE l.login = session_user LIMIT 1),
        'The policy in force does not name the login.'),
      HINT = 'Connect as a login that holds the purpose, or add it to the policy.';
  END IF;
  SELECT count(*) INTO fitting FROM sminion.compartment c
  WHERE c.purpose = refuse_opening.purpose AND c.recipient = refuse_opening.recipient
    AND (refuse_opening.schemas IS NULL OR c.schemas || c.tables @> refuse_opening.schemas);
  RAISE EXCEPTION USING ERRCODE = 'SG213',
    MESSAGE = CASE WHEN fitting = 0
      THEN format('no compartment of purpose `%s` holds all of %s', refuse_opening.purpose, refuse_opening.schemas)
      ELSE format('purpose `%s` has %s compartments that fit', refuse_opening.purpose, fitting) END,
    DETAIL = 'Compartments: ' || coalesce((
      -- by schemas, where these tell the compartments from one another
      SELECT string_agg('{' || array_to_string(CASE WHEN c.alike THEN c.tables ELSE c.schemas END, ', ') || '}', ' '
                        ORDER BY c.role)
      FROM (SELECT c.*, EXISTS (SELECT FROM sminion.compartment o WHERE o.purpose = c.purpose AND o.recipient = c.recipient AND o.role <> c.role
                                AND o.schemas @> c.schemas) AS alike
            FROM sminion.compartment c
            WHERE c.purpose = refuse_opening.purpose AND c.recipient = refuse_opening.recipient) AS c), 'none') || '.',
    HINT = 'Name the schemas or tables you need, all of one compartment: `schemas => ARRAY[...]`.';
END
$sminion$;
COMMENT ON FUNCTION sminion.refuse_opening(text, text[], text) IS 'says why a ticket is not opened; called by sminion.open_ticket';
