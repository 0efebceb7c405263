-- What was written for which request of a person: each write under a ticket that rests on the request, with the columns that changed, and
-- whose rows these were. `others` counts the people beside the one whom the ticket names: a row may be about several. Values are
-- not kept.
-- Not a security barrier, as sminion.write_log.
CREATE VIEW sminion.clarifications AS
  SELECT r.id AS request, r.kind, r.subject, w.at, w.id AS write, w.ticket, w.login, k.actor, k.unit, k.purpose, k.reason,
         w.operation, w.relation, w.columns, w.rows, w.subjects,
         pg_catalog.cardinality(pg_catalog.array_remove(w.subjects, k.subject)) + coalesce(w.bulk, 0) AS others
  FROM sminion.ticket k
  JOIN sminion.request r
    ON r.id = CASE WHEN k.basis_ref ~ '^request:[1-9][0-9]{0,17}$' THEN pg_catalog.substr(k.basis_ref, 9)::bigint END
  JOIN (
    SELECT v.at, v.id, v.ticket, v.login, v.operation, v.relation, v.columns, v.rows, v.bulk,
           ARRAY(SELECT s.subject FROM sminion.write_subject s WHERE s.at = v.at AND s.event = v.id ORDER BY s.subject) AS subjects
    FROM sminion.write_event v
    UNION ALL
    SELECT j.at, j.id, j.ticket, j.login, j.operation, j.relation, j.columns, j.rows, j.bulk, j.subjects COLLATE "C"
    FROM sminion.unfolded_writes() j
  ) w ON w.ticket = k.id
  WHERE pg_catalog.starts_with(k.basis_ref, 'request:');
COMMENT ON VIEW sminion.clarifications IS 'what was written for which request: where, which columns, by whom';
