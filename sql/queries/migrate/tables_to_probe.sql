-- The tables whose masks are to be filled in from the first block on.
SELECT p.schema_name, p.table_name FROM sminion.protected_table p WHERE p.next_block = 0 ORDER BY p.depth, p.schema_name, p.table_name;
