SELECT d.id, d.subject, d.disclosed_at, d.recipient, d.contract, d.purpose, d.categories, d.reason, d.actor
FROM sminion.disclosures d WHERE d.subject = %(subject)s::text ORDER BY d.disclosed_at DESC, d.id DESC
