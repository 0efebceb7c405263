  SELECT s.mask INTO one FROM sminion.subject_state s WHERE s.subject = <<row>>.<<column>>::text FOR SHARE;
  IF NOT FOUND THEN
    one := sminion.first_sight(<<row>>.<<column>>::text);
  END IF;
  permitted := permitted & one;
