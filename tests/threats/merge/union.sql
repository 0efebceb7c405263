-- Union
--@attack
SELECT email FROM {a} UNION ALL SELECT email FROM {b}
--@control
SELECT email FROM {a} UNION ALL SELECT email FROM {b}
