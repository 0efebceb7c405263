-- The schemas that a block is limited to, in the one form in which the state keeps them: each once, in order. NULL for a block of the whole
-- subject. A name that no protected table has is refused: whoever mistypes it would leave the person visible.
CREATE FUNCTION sminion.schemas_of_block(schemas text[]) RETURNS text[]
LANGUAGE plpgsql
STABLE
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  unknown text;
BEGIN
  IF schemas IS NULL THEN
    RETURN NULL;
  END IF;
  SELECT coalesce(string_agg(coalesce(format('`%s`', sminion.log_text(n.name, 80)), 'NULL'), ', ' ORDER BY n.name), 'none') INTO unknown
  FROM unnest(schemas) AS n (name)
  WHERE NOT EXISTS (SELECT FROM sminion.protected_table p WHERE p.schema_name = n.name AND cardinality(p.subject_columns) > 0)
  HAVING count(*) > 0 OR cardinality(schemas) = 0;
  IF unknown IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'SG546',
      MESSAGE = format('a block cannot be limited to these schemas: %s', unknown),
      DETAIL = 'Schemas with data of people: ' || (
        SELECT coalesce(string_agg(DISTINCT format('`%s`', p.schema_name), ', '), 'none') FROM sminion.protected_table p
        WHERE cardinality(p.subject_columns) > 0) || '.',
      HINT = 'Name schemas of the policy; leave `schemas` out to block the whole subject.';
  END IF;
  RETURN ARRAY(SELECT DISTINCT n.name COLLATE "C" FROM unnest(schemas) AS n (name) ORDER BY 1);
END
$sminion$;
