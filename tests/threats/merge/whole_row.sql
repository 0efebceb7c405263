-- Whole row
--@attack
SELECT b FROM {a} a JOIN {b} b USING (id)
--@control
SELECT ROW(b.id, b.email) FROM {a} a JOIN {b} b USING (id)
