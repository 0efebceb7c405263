CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON sminion.transfer_end
  FOR EACH ROW EXECUTE FUNCTION sminion.append_only();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON sminion.transfer_end
  FOR EACH STATEMENT EXECUTE FUNCTION sminion.append_only();
