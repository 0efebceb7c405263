DROP TRIGGER IF EXISTS "~guard_moved" ON <<table>>;
CREATE TRIGGER "~guard_moved" AFTER UPDATE ON <<table>>
  FOR EACH ROW WHEN (<<changed>>) EXECUTE FUNCTION sminion.<<function>>();
ALTER TABLE <<table>> ENABLE ALWAYS TRIGGER "~guard_moved"
