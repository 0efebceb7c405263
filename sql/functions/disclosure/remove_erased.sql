-- Takes out of exports whom the log has forgotten: a transaction that names people does not see an erasure that was committed after its
-- snapshot was taken, and brings back who had gone. Called when an export ends, and by maintenance for those that nobody ends.
--
-- disclosure: of the export; NULL for all.
CREATE FUNCTION sminion.remove_erased(disclosure bigint) RETURNS void
LANGUAGE sql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
  DELETE FROM sminion.disclosure_subject s USING sminion.erasure e
  WHERE starts_with(e.holder, 'subject:') AND s.subject = substr(e.holder, 9) COLLATE "C"
    AND (remove_erased.disclosure IS NULL OR s.disclosure = remove_erased.disclosure)
    AND EXISTS (SELECT FROM sminion.transfer t WHERE t.disclosure = s.disclosure)
$sminion$;
