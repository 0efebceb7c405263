CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON sminion.disclosure
  FOR EACH ROW EXECUTE FUNCTION sminion.erasable_append_only();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON sminion.disclosure
  FOR EACH STATEMENT EXECUTE FUNCTION sminion.append_only();
