-- Of the people whom a ledger is about, those whom this database knows. A ledger has no keys: it has SHA-256(salt || key).
CREATE FUNCTION sminion.ledger_people(salt bytea, people bytea[], OUT person bytea, OUT subject text) RETURNS SETOF record
LANGUAGE sql
STABLE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
  SELECT p.person, k.subject
  FROM (
    SELECT s.subject FROM sminion.subject_state s
    UNION SELECT n.subject FROM sminion.new_subject n
    UNION SELECT e.subject FROM sminion.subject_event e WHERE e.subject IS NOT NULL
    UNION SELECT r.subject FROM sminion.request r WHERE r.subject IS NOT NULL
    UNION SELECT h.subject FROM sminion.hold h WHERE h.subject IS NOT NULL
  ) k
  JOIN unnest(ledger_people.people) AS p (person) ON p.person = sha256(ledger_people.salt || convert_to(k.subject, 'UTF8'))
$sminion$;
COMMENT ON FUNCTION sminion.ledger_people(bytea, bytea[]) IS 'the people of a ledger whom this database knows';
