SELECT sminion.accept_restore(%(reason)s, %(without_ledger)s)
