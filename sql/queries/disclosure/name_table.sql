SELECT sminion.name_table(%(disclosure)s, %(table)s::regclass)
