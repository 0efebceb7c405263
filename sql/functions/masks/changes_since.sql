-- What ended tickets of a login since an epoch, for a compartment of it, for people to read; NULL when nothing did.
CREATE FUNCTION sminion.changes_since(epoch integer, login name, role name) RETURNS text
LANGUAGE sql
STABLE
SET search_path = pg_catalog, pg_temp
AS $sminion$
  SELECT string_agg(format('Policy `%s` version %s: ', v.name, v.version) || c.changes || '.', ' ' ORDER BY c.epoch)
  FROM (
    SELECT n.epoch, string_agg(n.change, '; ' ORDER BY n.change) FILTER (WHERE n.place <= 12)
      || CASE WHEN count(*) > 12 THEN format('; and %s more', count(*) - 12) ELSE '' END AS changes
    FROM (
      SELECT x.epoch, x.change, row_number() OVER (PARTITION BY x.epoch ORDER BY x.change) AS place
      FROM sminion.policy_change x
      WHERE x.login = changes_since.login AND x.role = changes_since.role AND x.epoch > changes_since.epoch
    ) AS n
    GROUP BY n.epoch
    ORDER BY n.epoch DESC LIMIT 3
  ) AS c
  JOIN sminion.policy_version v ON v.epoch = c.epoch
$sminion$;
