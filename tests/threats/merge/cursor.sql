-- Cursor
--@attack
DECLARE c CURSOR FOR SELECT a.email FROM {a} a JOIN {b} b USING (id)
--@control
DECLARE c CURSOR FOR SELECT a.email FROM {a} a JOIN {b} b USING (id)
