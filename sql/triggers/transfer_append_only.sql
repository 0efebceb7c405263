-- The end of an export writes its row anew, and changes nothing of it: see sminion.own_transfer.
CREATE TRIGGER append_only BEFORE UPDATE ON sminion.transfer
  FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION sminion.append_only();
CREATE TRIGGER append_only_delete BEFORE DELETE ON sminion.transfer
  FOR EACH ROW EXECUTE FUNCTION sminion.append_only();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON sminion.transfer
  FOR EACH STATEMENT EXECUTE FUNCTION sminion.append_only();
