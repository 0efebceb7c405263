-- A view of what one purpose may read of a table, so that `SELECT *` works. It shows nothing by itself: with security_invoker,
-- privileges and row security of the table are those of whoever reads the view. Dropped first, because columns may go. Its
-- columns stand as in the table; GRANT fails where one is missing.
DROP VIEW IF EXISTS <<view>>;
DO $sminion$
BEGIN
  EXECUTE pg_catalog.format('CREATE VIEW %s WITH (security_invoker = true) AS SELECT %s FROM %s', <<view_literal>>, (
    SELECT pg_catalog.string_agg(pg_catalog.quote_ident(a.attname), ', ' ORDER BY a.attnum)
    FROM pg_catalog.pg_attribute a
    WHERE a.attrelid = <<table_literal>>::pg_catalog.regclass AND a.attname = ANY (<<names>>::pg_catalog.name[])
      AND a.attnum > 0 AND NOT a.attisdropped), <<table_literal>>);
END
$sminion$;
COMMENT ON VIEW <<view>> IS <<comment>>;
GRANT SELECT (<<columns>>) ON TABLE <<view>> TO <<roles>>
