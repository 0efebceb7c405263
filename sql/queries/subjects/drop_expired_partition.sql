SELECT d.state, d.rows, d.cause FROM sminion.drop_expired_partition(%(partition)s) d
