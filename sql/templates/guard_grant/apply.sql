REVOKE ALL ON ALL ROUTINES IN SCHEMA sminion FROM <<role>>;
REVOKE ALL ON ALL TABLES IN SCHEMA sminion FROM <<role>>;
GRANT USAGE ON SCHEMA sminion TO <<role>>;
<<grants>>
