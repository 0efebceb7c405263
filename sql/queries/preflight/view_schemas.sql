-- Schemas that the policy wants for views and that are there already, made by somebody else.
SELECT n.nspname::text, pg_catalog.pg_get_userbyid(n.nspowner)::text
FROM pg_catalog.pg_namespace n
WHERE n.nspname = ANY (%(schemas)s::name[])
  AND NOT EXISTS (SELECT FROM sminion.installed_object o WHERE o.key IN ('view_schema:' || n.nspname, 'depersonalized_schema:' || n.nspname))
ORDER BY 1;
