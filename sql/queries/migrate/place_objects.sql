-- Where objects that are in place stand in the order of installation; what the policy no longer has stands after all of them.
UPDATE sminion.installed_object o SET "position" = p."position"
FROM pg_catalog.jsonb_to_recordset(%(objects)s::pg_catalog.jsonb) AS p (key text, "position" integer)
WHERE o.key = p.key AND o."position" <> p."position";
