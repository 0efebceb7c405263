-- Whether any protected row that is committed, or any change of a state, has this key.
CREATE FUNCTION sminion.subject_known(key text) RETURNS boolean
LANGUAGE sql
STABLE
SET search_path = pg_catalog, pg_temp
AS $sminion$
  SELECT EXISTS (SELECT FROM sminion.subject_state s WHERE s.subject = key)
      OR EXISTS (SELECT FROM sminion.new_subject n WHERE n.subject = key)
$sminion$;
