-- EXPLAIN
--@attack
EXPLAIN SELECT a.email FROM {a} a JOIN {b} b USING (id)
--@control
EXPLAIN SELECT a.email FROM {a} a JOIN {b} b USING (id)
