SELECT r.subject, r.purpose, r.state, r.until, r.text_sha256, r.channel, r.epoch,
       (SELECT json_agg(json_build_object(
                 'event', h.event, 'time', to_char(coalesce(h.given_at, h.at) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
                 'until', to_char(h.until AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), 'actor', h.actor, 'channel', h.channel,
                 'text_sha256', h.text_sha256, 'policy_version', h.policy_version) ORDER BY coalesce(h.given_at, h.at), h.id)
        FROM sminion.subject_history h
        WHERE h.subject = r.subject AND h.purpose = r.purpose AND h.event IN (
          'give_consent', 'refuse_consent', 'withdraw_consent', 'expire_consent', 'note_refusal')) AS events
FROM sminion.consent_register r
WHERE %(subject)s::text IS NULL OR r.subject = %(subject)s::text
ORDER BY r.subject, r.purpose
