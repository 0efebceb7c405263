CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON sminion.request_event
  FOR EACH ROW EXECUTE FUNCTION sminion.erasable_append_only();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON sminion.request_event
  FOR EACH STATEMENT EXECUTE FUNCTION sminion.append_only();
