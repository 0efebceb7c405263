-- Prepared statement, executed
--@attack
PREPARE p AS SELECT a.email FROM {a} a JOIN {b} b USING (id); EXECUTE p
--@control
PREPARE p AS SELECT a.email FROM {a} a JOIN {b} b USING (id); EXECUTE p
