-- DELETE using the other side
--@attack
DELETE FROM {a} a USING {b} b WHERE a.id = b.id
--@control
DELETE FROM {a} a USING {b} b WHERE a.id = b.id
