-- What a compartment role holds beside what its policy gives it, with the statements that take it away: nothing, when all
-- is as compiled. Compared by what each thing is, and by the object that a routine's name means now.
-- Compiling this query just in time would take longer than running it: 60 ms a role, instead of 4.
--
-- expected: {"schemas": [...], "tables": {schema: {table: {privilege: [columns], ...}}}, "routines": [...],
--   "members": [...], "neutral": {schema: {"patterns": [...], "listed": [...]}}}; DELETE has no columns.
CREATE FUNCTION sminion.role_excess(role name, expected jsonb, OUT item text, OUT undo text, OUT grantor name)
RETURNS SETOF record
LANGUAGE plpgsql
STABLE
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $sminion$
DECLARE
  routines CONSTANT oid[] := ARRAY(
    SELECT to_regprocedure('sminion.' || r)::oid FROM jsonb_array_elements_text(expected -> 'routines') AS e (r));
  -- Roles and their members are the cluster's. Where another database has a policy of the same name, its logins are members
  -- too; which of them get tickets here, the registry of this database says.
  shared CONSTANT boolean := EXISTS (
    SELECT FROM pg_shdepend s
    WHERE s.refclassid = 'pg_authid'::regclass AND s.refobjid = to_regrole(quote_ident(role_excess.role))
      AND s.dbid NOT IN (0, (SELECT b.oid FROM pg_database b WHERE b.datname = current_database())));
BEGIN
  RETURN QUERY
  SELECT h.item || CASE WHEN w.wanted THEN ', with the right to grant it' ELSE '' END,
         replace(h.undo, '<option>', CASE WHEN w.wanted THEN 'GRANT OPTION FOR ' ELSE '' END), h.grantor
  FROM sminion.role_holdings(role_excess.role) h
  CROSS JOIN LATERAL (SELECT coalesce(CASE h.kind
    WHEN 'schema' THEN h.privilege = 'USAGE' AND (h.name = 'sminion' OR expected -> 'schemas' ? h.name)
    WHEN 'table' THEN (h.privilege = 'DELETE' AND expected #> ARRAY['tables', h.schema_name, h.name] ? 'DELETE')
      OR (h.privilege = 'SELECT' AND expected -> 'neutral' ? h.schema_name
          AND h.name LIKE ANY (ARRAY(SELECT jsonb_array_elements_text(expected -> 'neutral' -> h.schema_name -> 'patterns')))
          AND NOT expected -> 'neutral' -> h.schema_name -> 'listed' ? h.name
          AND (SELECT c.relkind IN ('r', 'p') FROM pg_class c WHERE c.oid = h.objid)
          -- as in templates/neutral_grant: what shares rows with another table is not neutral
          AND NOT EXISTS (SELECT FROM pg_inherits i WHERE i.inhrelid = h.objid)
          AND ((SELECT c.relkind = 'p' FROM pg_class c WHERE c.oid = h.objid)
               OR NOT EXISTS (SELECT FROM pg_inherits i WHERE i.inhparent = h.objid)))
    WHEN 'column' THEN expected #> ARRAY['tables', h.schema_name, h.name, h.privilege] ? h.column_name
    WHEN 'routine' THEN h.privilege = 'EXECUTE' AND h.objid = ANY (routines)
    -- Of the sequences behind the defaults of the tables that it inserts into.
    WHEN 'sequence' THEN h.privilege = 'USAGE' AND EXISTS (
      SELECT FROM pg_depend d
      LEFT JOIN pg_attrdef f ON d.classid = 'pg_attrdef'::regclass AND f.oid = d.objid AND d.refobjid = h.objid
      JOIN pg_class c ON c.oid = CASE WHEN f.oid IS NULL THEN d.refobjid ELSE f.adrelid END
      JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE ((d.classid = 'pg_class'::regclass AND d.objid = h.objid AND d.deptype IN ('a', 'i'))
             OR (d.refclassid = 'pg_class'::regclass AND d.refobjid = h.objid AND f.oid IS NOT NULL))
        AND expected #> ARRAY['tables', n.nspname::text, c.relname::text] ? 'INSERT')
    WHEN 'member' THEN expected -> 'members' ? h.name
      OR (shared AND NOT h.grantable AND (SELECT r.rolcanlogin FROM pg_roles r WHERE r.oid = h.objid))
    END, false)) AS w (wanted)
  WHERE NOT w.wanted OR (h.grantable AND h.kind NOT IN ('member', 'membership'))
  ORDER BY 1;
END
$sminion$;
