SELECT sminion.record_objects(%(objects)s::pg_catalog.jsonb);
