SELECT r.outcome, r.became FROM sminion.replay_decision(
  %(ledger)s, %(number)s, %(kind)s, %(at)s, %(subject)s, %(other)s, %(decision)s) r
