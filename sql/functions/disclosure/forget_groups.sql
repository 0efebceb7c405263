-- Deletes groups that are not remembered: of exports that nobody got, of those that are too old, and of equal ones all but the latest. Then the salts
-- that nothing was hashed with.
CREATE FUNCTION sminion.forget_groups() RETURNS void
LANGUAGE sql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
  -- An export that was under way when somebody was erased may have named the person afterwards.
  SELECT sminion.forget_in_groups(substr(e.holder, 9)) FROM sminion.erasure e
  WHERE e.holder LIKE 'subject:%' AND EXISTS (SELECT FROM sminion.sent_group);
  DELETE FROM sminion.sent_group g USING sminion.transfer t LEFT JOIN sminion.transfer_end e ON e.disclosure = t.disclosure
  WHERE t.disclosure = g.disclosure
    -- A day for clients that are slow to end: what the server has of them would be missing.
    AND (e.state = 'failed' OR e.at <= clock_timestamp() - sminion.groups_remembered_for()
      OR (e.state IS NULL AND t.expires_at < clock_timestamp() - interval '1 day'));
  WITH equal AS (
    SELECT g.disclosure, g.number, row_number() OVER (PARTITION BY d.recipient, g.source, g.digest, g.counts ORDER BY g.disclosure DESC, g.number) AS nth
    FROM sminion.sent_group g JOIN sminion.disclosure d ON d.id = g.disclosure
    JOIN sminion.transfer_end e ON e.disclosure = g.disclosure AND e.state = 'finished')
  DELETE FROM sminion.sent_group g USING equal q
  WHERE q.nth > 1 AND (g.disclosure, g.number) = (q.disclosure, q.number);
  DELETE FROM sminion.group_salt s
  WHERE NOT EXISTS (
    SELECT FROM sminion.sent_group g JOIN sminion.disclosure d ON d.id = g.disclosure WHERE d.recipient = s.recipient)
    AND NOT EXISTS (
      SELECT FROM sminion.transfer t JOIN sminion.disclosure d ON d.id = t.disclosure
      WHERE d.recipient = s.recipient AND t.expires_at > clock_timestamp() - interval '1 day'
        AND NOT EXISTS (SELECT FROM sminion.transfer_end e WHERE e.disclosure = t.disclosure))
$sminion$;
