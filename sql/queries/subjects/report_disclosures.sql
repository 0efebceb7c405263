-- An export that failed keeps the people whom it had named: nobody got a file of it.
SELECT d.disclosed_at AS at, d.recipient, d.contract, d.purpose, d.categories FROM sminion.disclosures d
WHERE d.subject = ANY (%(keys)s::text[])
  AND NOT EXISTS (SELECT FROM sminion.transfers t WHERE t.id = d.id AND t.state = 'failed')
ORDER BY d.disclosed_at, d.id
