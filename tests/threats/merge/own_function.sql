-- Own function
--@attack
CREATE FUNCTION {s}.f() RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM {b}'
--@control
SELECT a.email FROM {a} a JOIN {b} b USING (id)
