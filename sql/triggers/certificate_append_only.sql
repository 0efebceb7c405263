CREATE TRIGGER append_only BEFORE UPDATE ON sminion.certificate
  FOR EACH ROW EXECUTE FUNCTION sminion.append_only();
CREATE TRIGGER append_only_delete BEFORE DELETE ON sminion.certificate
  FOR EACH ROW WHEN (OLD.keep_until > pg_catalog.clock_timestamp()) EXECUTE FUNCTION sminion.append_only();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON sminion.certificate
  FOR EACH STATEMENT EXECUTE FUNCTION sminion.append_only();
