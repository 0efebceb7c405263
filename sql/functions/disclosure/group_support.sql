-- How many people have a sum other than 0 when the groups of `plus` count once for each of their people, and those of `less_one` and `less_other`
-- are taken away.
CREATE FUNCTION sminion.group_support(plus bigint[], less_one bigint[], less_other bigint[]) RETURNS bigint
LANGUAGE sql
IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $sminion$
  SELECT count(*) FROM (
    SELECT u.person FROM (
      SELECT unnest(group_support.plus) AS person, 1 AS sign
      UNION ALL SELECT unnest(group_support.less_one), -1
      UNION ALL SELECT unnest(group_support.less_other), -1) u
    GROUP BY u.person HAVING sum(u.sign) <> 0) s
$sminion$;
