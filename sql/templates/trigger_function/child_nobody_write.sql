    -- A row about nobody permits everything: it leads to no parent, or to one that is about nobody. That parent is locked,
    -- because it may get a subject meanwhile: whoever gives it one waits for us, and takes this row along.
    IF owner_key IS NULL THEN
      SELECT p.<<parent_subject>>, p.guard_mask INTO owner_key, permitted
      FROM <<parent>> p WHERE p.<<parent_key>> = NEW.<<column>> FOR SHARE;
      permitted := CASE WHEN owner_key IS NULL AND (NEW.<<column>> IS NULL OR permitted = -1) THEN -1 ELSE 0 END;
    END IF;
