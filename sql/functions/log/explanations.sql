-- What explains accesses, by the policy in force, with the condition that sminion.explained_accesses tests. It has no data.
CREATE FUNCTION sminion.explanations(OUT purpose text, OUT place integer, OUT words text, OUT test text) RETURNS SETOF record
LANGUAGE sql
STABLE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
  SELECT e.purpose, e.place::integer, e.words, array_to_string(sminion.explanation_test(e, p), ' OR ')
  FROM sminion.explanation e
  LEFT JOIN sminion.protected_table p ON p.schema_name = e.schema_name AND p.table_name = e.table_name
  ORDER BY 1, 2
$sminion$;
COMMENT ON FUNCTION sminion.explanations() IS 'what explains accesses, by the policy in force, and the condition that is tested';
