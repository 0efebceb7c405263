-- What row security says to a compartment that reaches a protected table with the rights of another role (a view without
-- security_invoker, whose owner's policies are the ones that apply), and to everybody who names a partition of one: no
-- row is seen that way, and an empty answer would not say so.
--
-- It decides nothing: the policy that calls it has refused before. PUBLIC may call it, as whoever reads must be able to.
CREATE FUNCTION sminion.refuse_other_way(relation regclass, protected regclass) RETURNS boolean
LANGUAGE plpgsql
STABLE
PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $sminion$
BEGIN
  IF relation <> protected THEN
    RAISE EXCEPTION USING ERRCODE = 'SG229',
      MESSAGE = format('`%s` is a partition of protected table `%s` and cannot be reached by itself', relation, protected),
      DETAIL = 'Row security is defined on the table itself.',
      HINT = format('Name `%s` in the statement: its partitions are read through it.', protected);
  END IF;
  RAISE EXCEPTION USING ERRCODE = 'SG229',
    MESSAGE = format('role `%s` reaches protected table `%s` with the rights of another role', current_user, relation),
    DETAIL = 'A view reads with the rights of its owner unless it is security_invoker.',
    HINT = 'Name the table itself, or let the view be made so: `ALTER VIEW ... SET (security_invoker = true)`.';
END
$sminion$;
COMMENT ON FUNCTION sminion.refuse_other_way(regclass, regclass) IS
  'raises: a protected table must be named itself, and accessed with the rights of the caller';
