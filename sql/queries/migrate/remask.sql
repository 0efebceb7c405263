SELECT sminion.remask(%(batch)s);
