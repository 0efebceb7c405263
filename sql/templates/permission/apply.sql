-- What a purpose may do on a table with adopted policies. Permissive policies are ORed: beside a permissive policy of the
-- application's own, this one would open what that one closes (tenant 1 would read rows of tenant 2). So it is made only
-- where all that were adopted are restrictive; else theirs alone say which rows there are.
DO $sminion$
BEGIN
  DROP POLICY IF EXISTS <<policy>> ON <<table>>;
  IF NOT EXISTS (
    SELECT FROM pg_catalog.pg_policy p
    WHERE p.polrelid = <<table_literal>>::pg_catalog.regclass AND p.polpermissive AND p.polname = ANY (<<adopted>>::pg_catalog.name[]))
  THEN
    CREATE POLICY <<policy>> ON <<table>> AS PERMISSIVE FOR <<command>> TO <<roles>> <<clauses>>;
  END IF;
END
$sminion$
