SELECT s.login, s.tickets FROM sminion.silent_tickets(%(day)s) s
