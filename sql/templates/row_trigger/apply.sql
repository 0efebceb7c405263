-- Named to fire last among BEFORE triggers (they fire in the order of their names): no other may change the subject after
-- the mask was computed for it.
DROP TRIGGER IF EXISTS "~guard_row" ON <<table>>;
CREATE TRIGGER "~guard_row" BEFORE INSERT OR UPDATE OR DELETE ON <<table>>
  FOR EACH ROW EXECUTE FUNCTION sminion.<<function>>();
ALTER TABLE <<table>> ENABLE ALWAYS TRIGGER "~guard_row"
