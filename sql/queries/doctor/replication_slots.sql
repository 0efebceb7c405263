-- Logical slots of this database whose plugin asks no publication: it gives every row of every table.
SELECT s.slot_name::text, s.plugin::text
FROM pg_catalog.pg_replication_slots s
WHERE s.slot_type = 'logical' AND s.database = pg_catalog.current_database() AND s.plugin <> 'pgoutput' AND NOT s.temporary
ORDER BY 1;
