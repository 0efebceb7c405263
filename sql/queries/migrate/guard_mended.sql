-- Functions and views that were made anew look as this server shows them: a newer one may show the same view otherwise.
UPDATE sminion.guard_object g SET fingerprint = o.fingerprint
FROM sminion.guard_objects() o
WHERE o.kind = g.kind AND o.pattern = g.name AND g.kind = %(kind)s AND g.name = %(object)s AND g.kind IN ('function', 'view');
