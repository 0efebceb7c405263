-- Gives the role for dumps of the policy in force what it has on the other tables of schema `sminion`, on one that was made since:
-- a month of the log, or the mark of a compartment. Without it, a dump would fail from then on. Nothing where there is no such role.
CREATE FUNCTION sminion.let_dump(relation regclass) RETURNS void
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  dumping name;
BEGIN
  SELECT r.rolname INTO dumping
  FROM sminion.policy p JOIN pg_roles r ON r.rolname = p.name || '_backup'
  JOIN pg_class c ON c.oid = 'sminion.policy'::regclass
  CROSS JOIN LATERAL aclexplode(c.relacl) a
  WHERE a.grantee = r.oid AND a.privilege_type = 'SELECT';
  IF FOUND THEN
    EXECUTE format('GRANT SELECT ON TABLE %s TO %I', relation, dumping);
  END IF;
END
$sminion$;
COMMENT ON FUNCTION sminion.let_dump(regclass) IS 'lets the role for dumps, where there is one, read a table that was made since';
