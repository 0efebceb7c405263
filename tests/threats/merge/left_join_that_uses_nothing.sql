-- Left join that uses nothing
--@attack
SELECT a.id FROM {a} a LEFT JOIN {b} b ON false
--@control
SELECT a.id FROM {a} a LEFT JOIN {b} b ON false
