SELECT p.person, p.subject FROM sminion.ledger_people(%(salt)s, %(people)s) p
