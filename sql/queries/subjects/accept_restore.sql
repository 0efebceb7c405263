SELECT sminion.accept_restore(%(reason)s)
