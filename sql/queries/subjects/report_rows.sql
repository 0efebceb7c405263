SELECT r.shared, r.kept_until, r.past, r."values" FROM sminion.report_rows(%(number)s, %(schema)s, %(table)s) r
