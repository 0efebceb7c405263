SELECT d.id AS number, d.request, d.subject, pg_catalog.encode(d.commitment, 'hex') AS commitment,
       pg_catalog.encode(d.plan_sha256, 'hex') AS plan_sha256, d.reason, coalesce(d.actor, d.login::text) AS actor, d.login, d.begun_at, d.completed_at,
       v.document ->> 'name' AS policy, v.document ->> 'version' AS policy_version, f.document -> 'operator' AS operator,
       pg_catalog.current_database() AS "database", q.received_at, q.channel, q.trigger,
       -- until when whoever keeps backups as the policy in force says still has what was there
       ((d.completed_at + (f.document #>> '{operator,backups}')::pg_catalog.interval) AT TIME ZONE 'UTC')::pg_catalog.date AS in_backups_until,
       (SELECT pg_catalog.array_agg(DISTINCT c.value ORDER BY c.value)
        FROM sminion.destruction_status s
        CROSS JOIN LATERAL pg_catalog.jsonb_each_text(
          v.document #> ARRAY['schemas', s.schema_name, 'tables', s.table_name, 'columns']) AS c
        WHERE s.destruction = d.id AND c.value NOT IN ('key', 'none') AND s.destroyed + s.depersonalized + s.unlinked > 0) AS categories,
       (SELECT coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('event', e.event, 'at', e.at, 'actor', coalesce(e.actor, e.login::text), 'login', e.login,
          'number', e.number) ORDER BY e.id), '[]')
        FROM sminion.destruction_event e WHERE e.request = d.request AND e.event <> 'certified') AS events,
       (SELECT e.detail || pg_catalog.jsonb_build_object('at', e.at, 'actor', coalesce(e.actor, e.login::text), 'login', e.login)
        FROM sminion.destruction_event e WHERE e.request = d.request AND e.event = 'verified' AND e.at >= d.completed_at
        ORDER BY e.id DESC LIMIT 1) AS verified
FROM sminion.destruction d
JOIN sminion.policy_version v ON v.epoch = d.epoch
CROSS JOIN LATERAL (SELECT w.document FROM sminion.policy_version w ORDER BY w.epoch DESC LIMIT 1) AS f
JOIN sminion.request_status q ON q.id = d.request
WHERE d.request = %(request)s
