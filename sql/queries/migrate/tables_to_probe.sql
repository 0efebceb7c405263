-- The tables whose masks are to be filled in from the first block on; of those named, or of all.
SELECT p.schema_name, p.table_name FROM sminion.protected_table p
WHERE p.next_block = 0 AND (%(names)s::text[] IS NULL OR p.schema_name || '.' || p.table_name = ANY (%(names)s::text[]))
ORDER BY p.depth, p.schema_name, p.table_name;
