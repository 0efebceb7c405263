-- Event triggers that were made later than the rest of the guard look as they do now.
INSERT INTO sminion.guard_object AS g (kind, name, fingerprint)
SELECT o.kind, o.pattern, o.fingerprint FROM sminion.guard_objects() o
WHERE o.kind = 'event trigger' OR (o.kind = 'function' AND o.name ~ '^sminion\.ddl_(on_|drops)')
ON CONFLICT ON CONSTRAINT guard_object_pkey DO UPDATE SET fingerprint = excluded.fingerprint;
