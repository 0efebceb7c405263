SELECT p.epoch, p.name, p.version, p.digest, p.subject_keys,
       CASE WHEN p.completed_at IS NULL THEN greatest(v.applied_at, (SELECT max(o.applied_at) FROM sminion.installed_object o)) END
FROM sminion.policy p JOIN sminion.policy_version v ON v.epoch = p.epoch;
