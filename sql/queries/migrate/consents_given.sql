-- Of purposes whose consents are asked for again: how many people have consented now.
SELECT w.name, (SELECT count(*) FROM sminion.subject_state s WHERE s.consents & (1::bigint << w.bit) <> 0)
FROM (
  SELECT DISTINCT ON (p.name) p.name, p.bit FROM sminion.purpose p
  WHERE p.name = ANY (%(names)s::text[]) ORDER BY p.name, p.retired_at IS NULL DESC, p.bit DESC) w
ORDER BY w.name;
