-- Tries to set masks in a sample of one table's rows.
SELECT r.tried, r.refused, r.hidden, r.cause, r.broken, r.places
FROM sminion.protected_table p, sminion.probe(p, %(most)s, %(milliseconds)s) r
WHERE p.schema_name = %(schema)s AND p.table_name = %(table)s;
