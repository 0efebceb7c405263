  SELECT s.mask INTO one FROM sminion.subject_state s WHERE s.subject = <<subject>> FOR SHARE;
  IF NOT FOUND THEN
    one := sminion.first_sight(<<subject>>);
  END IF;
  -- Read after the lock: a change that could not get it is in force all the same.
  permitted := permitted & one & ~(
    SELECT coalesce(bit_or(c.denied), 0) FROM sminion.pending_change c WHERE c.subject = <<subject>>);
