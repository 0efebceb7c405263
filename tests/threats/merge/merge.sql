-- MERGE
--@attack
MERGE INTO {a} a USING {b} b ON a.id = b.id WHEN NOT MATCHED THEN INSERT (id, email) VALUES (b.id, b.email)
--@control
SELECT a.email FROM {a} a JOIN {b} b USING (id)
