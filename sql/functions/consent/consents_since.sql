-- From which moment on a consent counts, where a version of the policy asked for consents again and so gave their purpose this bit; else
-- NULL.
CREATE FUNCTION sminion.consents_since(flag bigint) RETURNS timestamptz
LANGUAGE sql
STABLE
SET search_path = pg_catalog, pg_temp
AS $sminion$
  SELECT v.applied_at FROM sminion.purpose w JOIN sminion.policy_version v ON v.epoch = w.since
  WHERE 1::bigint << w.bit = consents_since.flag AND w.renews
$sminion$;
