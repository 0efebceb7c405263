SELECT t.hashes FROM sminion.tile t WHERE t.level = %(level)s AND t.index = %(index)s
