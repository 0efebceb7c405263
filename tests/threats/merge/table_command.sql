-- Table command
--@attack
SELECT count(*) FROM {a} WHERE id IN (SELECT x.id FROM (TABLE {b}) x)
--@control
SELECT count(*) FROM {a} WHERE id IN (SELECT x.id FROM {b} x)
