DO $sminion$
BEGIN
  IF EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = <<role_literal>>) THEN
    REVOKE ALL ON ALL ROUTINES IN SCHEMA sminion FROM <<role>>;
    REVOKE ALL ON ALL TABLES IN SCHEMA sminion FROM <<role>>;
    REVOKE ALL ON SCHEMA sminion FROM <<role>>;
  END IF;
END
$sminion$
