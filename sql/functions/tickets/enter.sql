-- Activates a ticket for this transaction: token and role, both until its end. SECURITY INVOKER because a definer function
-- cannot change the role; it decides nothing, sminion.context does, here and again in every statement. Asked before the role
-- changes, so that a token of another login is refused for what it is.
CREATE FUNCTION sminion.enter(token text) RETURNS void
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  compartment name := split_part(token, '.', 3);
BEGIN
  PERFORM set_config('sminion.token', token, true);
  PERFORM sminion.context(compartment, compartment);
  PERFORM set_config('role', compartment, true);
END
$sminion$;
COMMENT ON FUNCTION sminion.enter(text) IS 'enters the purpose of a ticket until the transaction ends';
