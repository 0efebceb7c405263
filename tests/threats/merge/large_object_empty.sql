-- Large object, empty
--@attack
SELECT lo_create(0)
--@control
SELECT a.email FROM {a} a JOIN {b} b USING (id)
