SELECT sminion.open_log()
