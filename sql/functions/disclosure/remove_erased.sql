-- Takes out of exports whom the log has forgotten: a transaction that names people does not see an erasure that was committed after its
-- snapshot was taken, and brings back who had gone. Called when an export ends, and by maintenance for those that nobody ends.
-- Neither waits for the other: a client that stays in the transaction of its end takes the same people out, or maintenance does the next time.
--
-- disclosure: of the export; NULL for all.
CREATE FUNCTION sminion.remove_erased(disclosure bigint) RETURNS void
LANGUAGE sql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
  DELETE FROM sminion.disclosure_subject r USING (
    SELECT s.disclosure, s.subject FROM sminion.erasure e
    JOIN sminion.disclosure_subject s ON s.subject = substr(e.holder, 9) COLLATE "C"
    WHERE starts_with(e.holder, 'subject:') AND (remove_erased.disclosure IS NULL OR s.disclosure = remove_erased.disclosure)
      AND EXISTS (SELECT FROM sminion.transfer t WHERE t.disclosure = s.disclosure)
    FOR UPDATE OF s SKIP LOCKED) g
  WHERE (r.disclosure, r.subject) = (g.disclosure, g.subject)
$sminion$;
