CALL sminion.maintain()
