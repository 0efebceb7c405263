-- Compartments that stay, but whose rows are chosen otherwise from now on, each with the table whose rows these are, or with an
-- empty text where it is all tables.
SELECT c.role::text, t.object
FROM sminion.compartment c
JOIN pg_catalog.jsonb_to_recordset(%(registry)s::pg_catalog.jsonb -> 'compartments')
  AS w (role name, purpose text, mask bigint, terms jsonb) ON w.role = c.role
CROSS JOIN LATERAL (
  SELECT '' AS object WHERE w.purpose <> c.purpose OR w.mask <> c.mask OR w.terms -> '' IS DISTINCT FROM c.terms -> ''
  UNION ALL
  SELECT o.key FROM pg_catalog.jsonb_each(c.terms) o WHERE o.key <> '' AND w.terms -> o.key IS DISTINCT FROM o.value
) AS t
ORDER BY 1, 2;
