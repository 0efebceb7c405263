-- Own view
--@attack
CREATE VIEW {s}.both AS SELECT a.email FROM {a} a JOIN {b} b USING (id)
--@control
SELECT a.email FROM {a} a JOIN {b} b USING (id)
