-- Subquery
--@attack
SELECT email FROM {a} WHERE id IN (SELECT id FROM {b})
--@control
SELECT email FROM {a} WHERE id IN (SELECT id FROM {b})
