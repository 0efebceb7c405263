-- Count only
--@attack
SELECT (SELECT count(*) FROM {a}) + (SELECT count(*) FROM {b})
--@control
SELECT (SELECT count(*) FROM {a}) + (SELECT count(*) FROM {b})
