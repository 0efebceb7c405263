-- What could not be closed or taken away: granted by another than the owner, whose REVOKE it outlives, or owned.
SELECT o.key, o.fingerprint FROM sminion.installed_object o
WHERE (o.key LIKE 'closed\_schema:%' AND o.fingerprint <> 'closed')
   OR (o.key LIKE 'guard\_closed:%' AND o.fingerprint <> 'closed')
   OR (o.key LIKE 'holdings:%' AND o.fingerprint <> 'nothing more')
ORDER BY o.key;
