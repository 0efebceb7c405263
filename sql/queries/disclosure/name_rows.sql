SELECT sminion.name_rows(%(disclosure)s, %(table)s::oid::regclass, %(rows)s::text[]::tid[])
