SELECT p.epoch, p.name, p.version, p.digest, p.subject_key FROM sminion.policy p;
