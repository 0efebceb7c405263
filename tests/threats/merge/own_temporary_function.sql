-- Own temporary function
--@attack
CREATE FUNCTION pg_temp.f() RETURNS int LANGUAGE sql AS 'SELECT 1'
--@control
SELECT a.email FROM {a} a JOIN {b} b USING (id)
