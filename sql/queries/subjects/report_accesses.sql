SELECT s.at, coalesce(s.actor, s.login::text) AS who, s.unit, s.purpose, s.reason, s.operations, s.relations, s.home::text
FROM sminion.subject_access s WHERE s.subject = ANY (%(keys)s::text[])
UNION ALL
SELECT r.at, r.login::text, NULL, NULL, a.reason, ARRAY['report'], NULL, NULL
FROM sminion.report r JOIN sminion.act a ON a.id = r.act WHERE r.subject = ANY (%(keys)s::text[]) OR r.other_keys && %(keys)s::text[]
ORDER BY at, who
