SELECT b.schema_name, b.table_name, b.done_blocks, b.total_blocks, b.rows_changed FROM sminion.backfill(%(blocks)s) b;
