-- Notes, in the setting `sminion.tables`, the tables that the script changes or that what it undoes stands on, in one order.
SELECT pg_catalog.set_config('sminion.tables', coalesce(pg_catalog.json_agg(t.name ORDER BY t.oid)::text, '[]'), true)
FROM (
  SELECT c.oid, pg_catalog.format('%I.%I', n.nspname, c.relname) AS name
  FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition
    AND EXISTS (
      SELECT FROM (
        SELECT pg_catalog.jsonb_array_elements_text(pg_catalog.current_setting('sminion.script')::pg_catalog.jsonb -> 'keys')
        UNION ALL SELECT o.key FROM sminion.installed_object o
      ) AS k (key)
      WHERE pg_catalog.substr(k.key, pg_catalog.strpos(k.key, ':') + 1) = n.nspname || '.' || c.relname
         OR pg_catalog.starts_with(
              pg_catalog.substr(k.key, pg_catalog.strpos(k.key, ':') + 1), n.nspname || '.' || c.relname || ':'))
) AS t;
