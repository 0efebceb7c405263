-- Exported snapshot
--@attack
SELECT pg_export_snapshot()
--@control
SELECT a.email FROM {a} a JOIN {b} b USING (id)
