-- DO block
--@attack
DO $$ DECLARE n bigint; BEGIN SELECT count(*) INTO n FROM {a} a JOIN {b} b USING (id); END $$
--@control
DO $$ DECLARE n bigint; BEGIN SELECT count(*) INTO n FROM {a} a JOIN {b} b USING (id); END $$
