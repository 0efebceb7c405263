DROP POLICY IF EXISTS <<policy>> ON <<table>>;
CREATE POLICY <<policy>> ON <<table>> AS <<permissive>> FOR <<command>> TO <<roles>> <<clauses>>
