-- Correlated exists
--@attack
SELECT email FROM {a} a WHERE EXISTS (SELECT FROM {b} b WHERE b.id = a.id)
--@control
SELECT email FROM {a} a WHERE EXISTS (SELECT FROM {b} b WHERE b.id = a.id)
