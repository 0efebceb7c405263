-- Temporary table
--@attack
CREATE TEMP TABLE copy AS SELECT email FROM {a}
--@control
SELECT a.email FROM {a} a JOIN {b} b USING (id)
