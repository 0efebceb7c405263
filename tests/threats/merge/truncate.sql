-- TRUNCATE
--@attack
TRUNCATE {b}
--@control
SELECT a.email FROM {a} a JOIN {b} b USING (id)
