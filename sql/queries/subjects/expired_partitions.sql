SELECT e.table_name, e.partition, e.bytes, e.hindrance FROM sminion.expired_partitions() e
