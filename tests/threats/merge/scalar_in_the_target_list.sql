-- Scalar in the target list
--@attack
SELECT (SELECT email FROM {b} LIMIT 1), email FROM {a}
--@control
SELECT (SELECT email FROM {b} LIMIT 1), email FROM {a}
