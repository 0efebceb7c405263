DROP TRIGGER IF EXISTS "~guard_made_anew" ON <<table>>;
DROP TRIGGER IF EXISTS "~guard_moved" ON <<table>>
