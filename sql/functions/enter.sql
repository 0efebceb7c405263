-- Activates a ticket for this transaction: token and role, both until its end. SECURITY INVOKER because a definer function
-- cannot change the role; it decides nothing, sminion.context does, here and again in every statement.
CREATE FUNCTION sminion.enter(token text) RETURNS void
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  compartment text := substring(token FROM '^[0-9]+\.[0-9a-f]+\.(.+)$');
BEGIN
  IF compartment IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = CASE WHEN coalesce(token, '') = '' THEN 'SG201' ELSE 'SG202' END,
      MESSAGE = 'the token is not one of a ticket',
      HINT = 'Pass the token unchanged as `sminion.open_ticket` returned it.';
  END IF;
  BEGIN
    PERFORM set_config('role', compartment, true);
  EXCEPTION WHEN insufficient_privilege OR undefined_object OR invalid_parameter_value THEN
    RAISE EXCEPTION USING ERRCODE = 'SG206',
      MESSAGE = format('login `%s` does not hold the compartment of this ticket', session_user),
      HINT = 'Open a ticket with the login that uses it.';
  END;
  PERFORM set_config('sminion.token', token, true);
  PERFORM sminion.context(compartment::name, current_user);
END
$sminion$;
