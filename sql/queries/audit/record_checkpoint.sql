SELECT sminion.record_checkpoint(%(size)s, %(root)s, %(note)s)
