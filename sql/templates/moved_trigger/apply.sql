DROP TRIGGER IF EXISTS "~guard_moved" ON <<table>>;
CREATE TRIGGER "~guard_moved" AFTER UPDATE ON <<table>>
  FOR EACH ROW WHEN (<<changed>>) EXECUTE FUNCTION sminion.<<function>>();
ALTER TABLE <<table>> ENABLE ALWAYS TRIGGER "~guard_moved";
-- Its name is after those of foreign keys: children that a key deletes are gone by then.
DROP TRIGGER IF EXISTS "~guard_made_anew" ON <<table>>;
CREATE TRIGGER "~guard_made_anew" AFTER DELETE ON <<table>>
  FOR EACH ROW EXECUTE FUNCTION sminion.<<function>>();
ALTER TABLE <<table>> ENABLE ALWAYS TRIGGER "~guard_made_anew"
