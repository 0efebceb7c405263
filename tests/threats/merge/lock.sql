-- LOCK
--@attack
LOCK TABLE {b} IN ACCESS SHARE MODE
--@control
SELECT a.email FROM {a} a JOIN {b} b USING (id)
