-- A view of what one purpose may read of a table, so that `SELECT *` works. It shows nothing by itself: with security_invoker,
-- privileges and row security of the table are those of whoever reads the view. Dropped first, because columns may go.
DROP VIEW IF EXISTS <<view>>;
CREATE VIEW <<view>> WITH (security_invoker = true) AS
  SELECT <<columns>> FROM <<table>>;
COMMENT ON VIEW <<view>> IS <<comment>>;
GRANT SELECT (<<columns>>) ON TABLE <<view>> TO <<roles>>
