-- Why no partition of a table is dropped as a whole, whatever is in it. NULL where one may be.
CREATE FUNCTION sminion.partition_hindrance(own sminion.retention_rule, target sminion.protected_table) RETURNS text
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  cause CONSTANT text := sminion.retention_hindrance(own, target);
BEGIN
  IF cause IS NOT NULL THEN
    RETURN cause;
  ELSIF (sminion.references_to(target, 'destroy', false)).condition <> 'false' THEN
    RETURN 'rows of other tables lead to its rows: they are purged one by one';
  ELSIF cardinality(target.subject_columns) > 0 AND NOT sminion.quickly_found(target) THEN
    RETURN 'no index leads to the rows of a person, to look for those that are kept: make one';
  END IF;
  RETURN NULL;
END
$sminion$;
