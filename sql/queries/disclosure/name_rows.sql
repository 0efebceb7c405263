-- rows is a query that lists rows by table and place. The places stay on the server, which takes them in parts: a client that passed them on would
-- take longer than to write the file.
SELECT pg_catalog.count(sminion.name_rows({disclosure}, b.relation, b.places))
FROM (
  SELECT r.relation::pg_catalog.regclass AS relation, pg_catalog.array_agg(r.place) AS places
  FROM (SELECT q.relation, q.place, (pg_catalog.row_number() OVER () - 1) / {most} AS part FROM ({rows}) AS q (relation, place)) AS r
  GROUP BY r.relation, r.part
) AS b
