-- Lateral
--@attack
SELECT a.email FROM {a} a, LATERAL (SELECT b.email FROM {b} b WHERE b.id = a.id) x
--@control
SELECT a.email FROM {a} a, LATERAL (SELECT b.email FROM {b} b WHERE b.id = a.id) x
