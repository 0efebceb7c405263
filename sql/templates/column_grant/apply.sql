REVOKE ALL ON TABLE <<table>> FROM <<role>>;
GRANT <<privileges>> ON TABLE <<table>> TO <<role>>
