-- DO loop over one side
--@attack
DO $$ DECLARE r record; BEGIN FOR r IN SELECT id FROM {a} LOOP PERFORM FROM {b}; END LOOP; END $$
--@control
DO $$ DECLARE r record; BEGIN FOR r IN SELECT id FROM {a} LOOP PERFORM FROM {b}; END LOOP; END $$
