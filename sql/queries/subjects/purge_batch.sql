SELECT b.state, b.rows, b.cause FROM sminion.purge_batch(%(table)s, %(milliseconds)s, %(slow)s) b
