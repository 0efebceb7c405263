CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON sminion.ticket
  FOR EACH ROW EXECUTE FUNCTION sminion.ticket_append_only();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON sminion.ticket
  FOR EACH STATEMENT EXECUTE FUNCTION sminion.append_only();
