      IF OLD.guard_subject IS NULL AND OLD.guard_mask = -1 THEN
        permitted := -1;
      END IF;
