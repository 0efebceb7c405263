-- Which policy is in force: its epoch and a hash of its document; NULL while there is none. A guarded client asks with each
-- ticket that it opens, and once a second, whether it still judges by the policy in force; where it does not, it asks for
-- sminion.session_facts. With a hash, since a database that was restored or made anew may count its epochs once more.
CREATE FUNCTION sminion.policy_in_force() RETURNS text
LANGUAGE plpgsql
STABLE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
BEGIN
  RETURN (SELECT p.fingerprint FROM sminion.policy p);
END
$sminion$;
COMMENT ON FUNCTION sminion.policy_in_force() IS 'which policy is in force: another text after every apply of another policy';
