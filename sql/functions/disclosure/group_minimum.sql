-- The smallest group of people that a recipient of the policy in force gets; NULL where it may get rows of one person.
CREATE FUNCTION sminion.group_minimum(recipient text) RETURNS integer
LANGUAGE sql
STABLE
SET search_path = pg_catalog, pg_temp
AS $sminion$
  SELECT (v.document -> 'recipients' -> group_minimum.recipient ->> 'k')::integer
  FROM sminion.policy p JOIN sminion.policy_version v ON v.epoch = p.epoch
$sminion$;
