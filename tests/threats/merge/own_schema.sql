-- Own schema
--@attack
CREATE SCHEMA copies
--@control
SELECT a.email FROM {a} a JOIN {b} b USING (id)
