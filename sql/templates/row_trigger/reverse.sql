DROP TRIGGER IF EXISTS "~guard_row" ON <<table>>
