-- Whether a table, or one whose rows find their subject through it, has personal data by the policy in force.
CREATE FUNCTION sminion.personal_below(schema_name text, table_name text) RETURNS boolean
LANGUAGE sql
STABLE
SET search_path = pg_catalog, pg_temp
AS $sminion$
  WITH RECURSIVE below AS (
    SELECT personal_below.schema_name, personal_below.table_name
    UNION
    SELECT p.schema_name, p.table_name FROM below b JOIN sminion.protected_table p
      ON (p.parent_schema, p.parent_table) = (b.schema_name, b.table_name)
  )
  SELECT EXISTS (
    SELECT FROM below b CROSS JOIN sminion.policy i JOIN sminion.policy_version v ON v.epoch = i.epoch
    CROSS JOIN LATERAL jsonb_each_text(v.document #> ARRAY['schemas', b.schema_name, 'tables', b.table_name, 'columns']) AS c
    WHERE c.value NOT IN ('key', 'none'))
$sminion$;
