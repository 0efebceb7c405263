SELECT sminion.finish_transfer(%(disclosure)s, %(rows)s, %(size)s, %(sha256)s, %(at_most)s)
