-- One number that differs after any change to what the analyzer reads. A row's xmin changes with every change of the row,
-- so a sum over all rows notices changes that commit in another order than they began; a count notices drops.
SELECT (SELECT coalesce(sum(hashtext(xmin::text || oid)), 0) + count(*) FROM pg_catalog.pg_class WHERE oid >= 16384)
     + (SELECT coalesce(sum(hashtext(xmin::text || attrelid || attnum)), 0) + count(*)
          FROM pg_catalog.pg_attribute WHERE attrelid >= 16384)
     + (SELECT coalesce(sum(hashtext(xmin::text || oid)), 0) + count(*) FROM pg_catalog.pg_proc WHERE oid >= 16384)
     + (SELECT coalesce(sum(hashtext(xmin::text || oid)), 0) + count(*) FROM pg_catalog.pg_type WHERE oid >= 16384)
     + (SELECT coalesce(sum(hashtext(xmin::text || oid)), 0) + count(*) FROM pg_catalog.pg_rewrite WHERE oid >= 16384)
     + (SELECT coalesce(sum(hashtext(xmin::text || oid)), 0) + count(*) FROM pg_catalog.pg_trigger)
     + (SELECT coalesce(sum(hashtext(xmin::text || oid)), 0) + count(*) FROM pg_catalog.pg_policy)
     + (SELECT coalesce(sum(hashtext(xmin::text || oid)), 0) + count(*) FROM pg_catalog.pg_constraint WHERE oid >= 16384)
     + (SELECT coalesce(sum(hashtext(xmin::text || oid)), 0) + count(*) FROM pg_catalog.pg_attrdef)
     + (SELECT coalesce(sum(hashtext(xmin::text || oid)), 0) + count(*) FROM pg_catalog.pg_operator WHERE oid >= 16384)
     + (SELECT coalesce(sum(hashtext(xmin::text || oid)), 0) + count(*) FROM pg_catalog.pg_cast WHERE oid >= 16384)
     + (SELECT coalesce(sum(hashtext(xmin::text || oid)), 0) + count(*) FROM pg_catalog.pg_namespace)
     + (SELECT coalesce(sum(hashtext(xmin::text || inhrelid)), 0) + count(*) FROM pg_catalog.pg_inherits)
     + (SELECT coalesce(sum(hashtext(xmin::text || oid)), 0) + count(*) FROM pg_catalog.pg_amproc WHERE oid >= 16384)
     + (SELECT coalesce(sum(hashtext(xmin::text || oid)), 0) + count(*) FROM pg_catalog.pg_extension)
    AS stamp;
