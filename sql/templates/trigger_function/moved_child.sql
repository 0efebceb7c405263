  UPDATE <<child>> AS c SET guard_mask = c.guard_mask WHERE c.<<column>> = NEW.<<key>>;
