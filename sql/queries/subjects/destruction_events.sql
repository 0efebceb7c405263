SELECT e.event, e.number FROM sminion.destruction_event e
WHERE e.request = %(request)s AND (e.event <> 'certified' OR (e.detail ->> 'certificate')::pg_catalog.int8 = %(certificate)s)
ORDER BY e.id
