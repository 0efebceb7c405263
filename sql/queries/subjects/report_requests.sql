SELECT r.id, r.kind, r.purpose, r.state, r.received_at, r.due_on, r.closed_at, r.outcome, r.schemas,
       (SELECT h.reason FROM sminion.request_history h WHERE h.request = r.id AND h.event = 'closed' ORDER BY h.id DESC LIMIT 1) AS answer,
       coalesce((
         SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object(
           'at', c.at, 'who', coalesce(c.actor, c.login::text), 'relation', c.relation, 'columns', c.columns) ORDER BY c.at, c.write)
         FROM sminion.clarifications c WHERE c.request = r.id), '[]') AS changes
FROM sminion.request_status r WHERE r.subject = ANY (%(keys)s::text[]) ORDER BY r.id
