-- Says that a login opens too many tickets, and which limit it has reached. Apart from sminion.open_ticket, as refuse_opening.
--
-- The refusal undoes what the transaction did, so no table can keep it. The server's log does, even where the client catches the
-- error in a block of its own and the server would not log it.
--
-- early:    the number of the ticket that was looked up.
-- next:     the one that the new ticket would have.
-- a_minute: how many the policy permits within a minute.
CREATE FUNCTION sminion.refuse_flood(early bigint, next bigint, a_minute integer) RETURNS void
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  by_policy CONSTANT boolean := next - early = a_minute AND EXISTS (
    SELECT FROM sminion.ticket e
    WHERE e.login = session_user AND e.nth = early AND e.opened_at > clock_timestamp() - interval '1 minute');
  code      CONSTANT text := CASE WHEN by_policy THEN 'SG247' ELSE 'SG226' END;
  said      CONSTANT text := format('login `%s` has opened %s tickets %s', session_user, next - early,
    CASE WHEN by_policy THEN 'within a minute' WHEN next - early = 1000 THEN 'in this transaction' ELSE 'within an hour' END);
BEGIN
  RAISE LOG USING ERRCODE = code, MESSAGE = said;
  RAISE EXCEPTION USING ERRCODE = code, MESSAGE = said,
    DETAIL = CASE WHEN by_policy THEN 'The policy in force permits no more (`tickets_per_minute`).' ELSE '' END,
    HINT = 'Open one ticket for what is done by the same actor for the same reason, and use it until it expires, as '
      || 'guarded connections do; let applications have logins of their own.';
END
$sminion$;
COMMENT ON FUNCTION sminion.refuse_flood(bigint, bigint, integer) IS
  'says that a login opens too many tickets; called by sminion.open_ticket';
