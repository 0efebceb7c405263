CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON sminion.dropped_log
  FOR EACH ROW EXECUTE FUNCTION sminion.append_only();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON sminion.dropped_log
  FOR EACH STATEMENT EXECUTE FUNCTION sminion.append_only();
