DO $sminion$
BEGIN
  IF NOT EXISTS (SELECT FROM sminion.policy) THEN
    RAISE EXCEPTION USING ERRCODE = 'SG414', MESSAGE = 'no policy is in place in this database',
      HINT = 'There is nothing to remove.';
  END IF;
END
$sminion$;
