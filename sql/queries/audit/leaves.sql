SELECT l.number, l.kind, l.leaf FROM sminion.leaves(%(low)s, %(high)s) l
