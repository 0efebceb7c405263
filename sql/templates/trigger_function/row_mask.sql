  SELECT sminion.mask_in(s.*, <<schema>>) INTO one FROM sminion.subject_state s WHERE s.subject = <<subject>> FOR SHARE;
  IF NOT FOUND THEN
    one := sminion.first_sight(<<subject>>, <<schema>>);
  END IF;
  permitted := permitted & one;
