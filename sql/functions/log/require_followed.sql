-- Called by a parent's trigger after its children were touched because it moved to another subject: raises when one of them
-- did not follow, or when the guard cannot be sure to see all of them. They would be shown under the old subject's state.
CREATE FUNCTION sminion.require_followed(child_schema text, child_table text, some_left boolean) RETURNS void
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  target sminion.protected_table;
  cause  text;
BEGIN
  SELECT p.* INTO target FROM sminion.protected_table p
  WHERE p.schema_name = child_schema AND p.table_name = child_table;
  cause := sminion.blindness(target);
  IF cause IS NOT NULL OR some_left THEN
    RAISE EXCEPTION USING ERRCODE = 'SG513',
      MESSAGE = format('rows of `%s.%s` do not follow their parent to another subject', child_schema, child_table),
      DETAIL = coalesce(cause, 'A trigger of the application skips the update of `guard_mask`.'),
      HINT = 'Let `sminion_owner` see and update these rows (`sminion.settle_problems` names what is in the way).';
  END IF;
END
$sminion$;
