SELECT p.epoch, p.name, p.version, p.digest, p.subject_keys FROM sminion.policy p;
