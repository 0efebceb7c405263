SELECT sminion.log_statements(%s, %s, %s)
