-- Protected schemas where PUBLIC or a login kept something: granted by another than the owner, whose REVOKE it outlives.
SELECT o.key, o.fingerprint FROM sminion.installed_object o
WHERE o.key LIKE 'closed\_schema:%' AND o.fingerprint <> 'closed'
ORDER BY o.key;
