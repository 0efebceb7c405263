SELECT r.act AS number, r.subject, r.at, r.login, a.reason, r.request, v.document, nullif(ARRAY(
         SELECT k.key FROM pg_catalog.unnest(sminion.other_keys(r.subject)) AS k (key) WHERE k.key = ANY (r.other_keys)), '{}') AS other_keys
FROM sminion.report r JOIN sminion.act a ON a.id = r.act JOIN sminion.policy_version v ON v.epoch = r.epoch
WHERE r.act = %(number)s
