DROP POLICY IF EXISTS guard_others ON <<table>>
