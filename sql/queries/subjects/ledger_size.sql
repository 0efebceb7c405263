SELECT s.size, s.root FROM sminion.ledger_size(%(at)s) s
