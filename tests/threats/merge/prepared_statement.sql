-- Prepared statement
--@attack
PREPARE p AS SELECT a.email FROM {a} a JOIN {b} b USING (id)
--@control
PREPARE p AS SELECT a.email FROM {a} a JOIN {b} b USING (id)
