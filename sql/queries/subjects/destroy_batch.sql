SELECT b.state, b.schema_name, b.table_name, b.rows, b.cause FROM sminion.destroy_batch(%(destruction)s, %(milliseconds)s) b
