-- Whether schema `sminion` is the guard's: nobody but `sminion_owner` can own one that is.
SELECT EXISTS (
  SELECT FROM pg_catalog.pg_namespace n
  WHERE n.nspname = 'sminion' AND pg_catalog.pg_get_userbyid(n.nspowner) = 'sminion_owner');
