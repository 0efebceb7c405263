SELECT d.id AS number, d.request, d.subject, pg_catalog.encode(d.commitment, 'hex') AS commitment,
       pg_catalog.encode(d.plan_sha256, 'hex') AS plan_sha256, d.reason, d.actor, d.login, d.begun_at, d.completed_at,
       v.document ->> 'name' AS policy, v.document ->> 'version' AS policy_version, v.document -> 'operator' AS operator,
       pg_catalog.current_database() AS "database", q.received_at, q.channel, q.trigger,
       (SELECT pg_catalog.array_agg(DISTINCT c.value ORDER BY c.value)
        FROM sminion.destruction_status s
        CROSS JOIN LATERAL pg_catalog.jsonb_each_text(
          v.document #> ARRAY['schemas', s.schema_name, 'tables', s.table_name, 'columns']) AS c
        WHERE s.destruction = d.id AND c.value NOT IN ('key', 'none') AND s.destroyed + s.depersonalized + s.unlinked > 0) AS categories,
       (SELECT coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('event', e.event, 'at', e.at, 'actor', e.actor, 'login', e.login,
          'number', e.number) ORDER BY e.id), '[]') FROM sminion.destruction_event e WHERE e.request = d.request) AS events
FROM sminion.destruction d
JOIN sminion.policy_version v ON v.epoch = d.epoch
JOIN sminion.request_status q ON q.id = d.request
WHERE d.request = %(request)s
