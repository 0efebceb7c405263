-- Row security tests a bit of the mask: without these the planner guesses that nearly every row passes.
DROP STATISTICS IF EXISTS <<statistics>>;
CREATE STATISTICS <<statistics>> ON (guard_mask & <<bit>>) FROM <<table>>
