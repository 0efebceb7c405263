SELECT s.kind, s.rows FROM sminion.stray_rows() s WHERE s.rows <> 0 ORDER BY s.kind
