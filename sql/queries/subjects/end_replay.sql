SELECT sminion.end_replay(%(ledger)s, %(size)s, %(failed)s, %(reason)s)
