SELECT t.schema_name, t.table_name, t.columns, t.incomplete, t.readable FROM sminion.report_tables(%(number)s) t
