-- Entries of the log that are not what they claim to be, and places that are missing: in a healthy log there are none.
-- Not a security barrier: it hides no row from whoever may read it, and a barrier would keep ORDER BY and LIMIT outside, so that
-- the newest rows could only be found by reading all of them.
CREATE VIEW sminion.log_faults AS
  SELECT f.at, f.login, f.writer, f.place, f.code, f.message, f.entry, f.size, f.digest FROM sminion.log_fault f
  UNION ALL
  SELECT j.at, j.login, j.writer, j.place, j.code, j.message, j.entry, j.size, j.digest
  FROM sminion.unfolded_entries() j WHERE j.kind = 'fault';
COMMENT ON VIEW sminion.log_faults IS 'entries of the log that are not what they claim to be, and what is missing';
