SELECT e.number, e.kind, e.at, e.subject, e.other, e.about, e.decision FROM sminion.ledger_events(%(after)s, %(upto)s) e
