SELECT s.subject, s.schema_name || '.' || s.table_name AS name, s.destroyed + s.depersonalized + s.unlinked > 0 AS touched
FROM sminion.destruction_status s WHERE s.request = %(request)s
