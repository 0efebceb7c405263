SELECT e.ticket, e.subject, e.at, e.times, coalesce(e.actor, '(forgotten)') AS actor, e.unit, e.purpose, e.relations, e.judged, e.explained_by, e.deleted
FROM sminion.explained_accesses(%(act)s) e
