-- Keys that belong to one person, pair by pair, and since when.
CREATE VIEW sminion.merged_subjects WITH (security_barrier) AS
  SELECT m.one AS subject, m.other, m.merged_at FROM sminion.subject_merge m WHERE m.ended_at IS NULL
  UNION ALL
  SELECT m.other, m.one, m.merged_at FROM sminion.subject_merge m WHERE m.ended_at IS NULL;
COMMENT ON VIEW sminion.merged_subjects IS 'keys that belong to one person';
