SELECT c.id AS number, c.issued_at, c.actor, c.login, c.document, c.keep_until FROM sminion.certificate c WHERE c.id = %(number)s
