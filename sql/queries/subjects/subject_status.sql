SELECT s.subject, s.blocked, s.blocked_schemas, s.others_blocked, s.others_blocked_schemas, s.erased, s.consents, s.objections, s.other_keys,
       s.pending, s.unsettled
FROM sminion.subject_status s WHERE s.subject = %(subject)s
