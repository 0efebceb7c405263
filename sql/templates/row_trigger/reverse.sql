DROP TRIGGER IF EXISTS "~guard_row" ON <<table>>;
DROP TRIGGER IF EXISTS "~guard_row_made" ON <<table>>
