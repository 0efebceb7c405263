SELECT sminion.fail_transfer(%(disclosure)s, %(why)s)
