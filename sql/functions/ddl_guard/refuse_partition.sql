-- What row security says to everybody who names a partition of a protected table: no row is seen that way, and an empty
-- answer would not say so. IMMUTABLE, so that it raises while the statement is planned: see sminion.refuse_others.
--
-- backup: the role that reads all rows for dumps, where the policy wants one; a dump reads each partition by itself.
CREATE FUNCTION sminion.refuse_partition(relation regclass, protected regclass, backup name DEFAULT NULL) RETURNS boolean
LANGUAGE plpgsql
IMMUTABLE
PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $sminion$
BEGIN
  IF current_user = backup THEN
    RETURN sminion.refuse_others(protected, '{}', backup);
  END IF;
  RAISE EXCEPTION USING ERRCODE = 'SG229',
    MESSAGE = format('`%s` is a partition of protected table `%s` and cannot be reached by itself', relation, protected),
    DETAIL = 'The conditions of row security stand on the table.',
    HINT = format('Name `%s` in the statement: its partitions are read through it.', protected);
END
$sminion$;
COMMENT ON FUNCTION sminion.refuse_partition(regclass, regclass, name) IS
  'raises: a partition is read through the protected table that it belongs to';
