-- SELECT INTO
--@attack
SELECT email INTO {s}.copy FROM {a}
--@control
SELECT a.email FROM {a} a JOIN {b} b USING (id)
