-- Materialized view
--@attack
CREATE MATERIALIZED VIEW {s}.copy AS SELECT email FROM {a}
--@control
SELECT a.email FROM {a} a JOIN {b} b USING (id)
