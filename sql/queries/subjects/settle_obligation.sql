SELECT sminion.settle_obligation(%(id)s, %(what)s, %(how)s, %(actor)s)
