SELECT sminion.settle(%(subjects)s, %(row_limit)s);
