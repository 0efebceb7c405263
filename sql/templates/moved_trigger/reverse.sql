DROP TRIGGER IF EXISTS "~guard_moved" ON <<table>>
