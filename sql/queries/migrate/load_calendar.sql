SELECT sminion.load_calendar(
  %(calendar)s, %(version)s, %(first)s::date, %(last)s::date, %(known_until)s::date, %(holidays)s::date[], %(working_days)s::date[]);
