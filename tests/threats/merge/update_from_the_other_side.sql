-- UPDATE from the other side
--@attack
UPDATE {a} a SET email = b.email FROM {b} b WHERE a.id = b.id
--@control
SELECT a.email FROM {a} a JOIN {b} b USING (id)
