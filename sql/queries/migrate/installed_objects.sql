SELECT s.key, o."position", o.digest, o.reverse, o.as_owner, s.state, s.evidence
FROM sminion.object_states() s JOIN sminion.installed_object o ON o.key = s.key
ORDER BY o."position";
