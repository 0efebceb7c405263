-- What holds for each subject now: whether its data are blocked, by what was decided for the key itself or for another key of the same person,
-- and whether changes wait to be stored, or rows for `settle`. People who are new are not in it: nothing was decided for them.
CREATE VIEW sminion.subject_status WITH (security_barrier) AS
  SELECT s.subject, s.blocked, s.blocked_schemas, coalesce(s.others_blocked, false) AS others_blocked, s.others_blocked_schemas, s.erased,
         ARRAY(SELECT w.name FROM sminion.purpose w
               WHERE w.retired_at IS NULL AND w.basis = 'consent' AND s.consents & (1::bigint << w.bit) <> 0 ORDER BY w.name) AS consents,
         ARRAY(SELECT w.name FROM sminion.purpose w
               WHERE w.retired_at IS NULL AND w.basis = 'legitimate_interest' AND s.objections & (1::bigint << w.bit) <> 0 ORDER BY w.name)
           AS objections,
         sminion.other_keys(s.subject) AS other_keys,
         EXISTS (SELECT FROM sminion.pending_change p WHERE p.subject = s.subject) AS pending,
         EXISTS (SELECT FROM sminion.unsettled u WHERE u.subject = s.subject) AS unsettled
  FROM sminion.subject_state s;
COMMENT ON VIEW sminion.subject_status IS 'blocks, consents and objections of each subject as they are now';
