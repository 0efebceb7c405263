CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON sminion.erased
  FOR EACH ROW EXECUTE FUNCTION sminion.append_only();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON sminion.erased
  FOR EACH STATEMENT EXECUTE FUNCTION sminion.append_only();
