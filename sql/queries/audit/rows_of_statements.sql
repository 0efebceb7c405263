SELECT l.writer, l.place, l.rows
FROM ROWS FROM (pg_catalog.unnest(%(writers)s::bigint[]), pg_catalog.unnest(%(places)s::bigint[])) AS w (writer, place)
JOIN sminion.statement_log l ON l.writer = w.writer AND l.place = w.place
