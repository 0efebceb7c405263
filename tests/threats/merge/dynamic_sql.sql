-- Dynamic SQL
--@attack
DO $$ BEGIN EXECUTE 'SELECT count(*) FROM {a} a JOIN {b} b USING (id)'; END $$
--@control
DO $$ BEGIN EXECUTE 'SELECT count(*) FROM {a} a JOIN {b} b USING (id)'; END $$
