REVOKE ALL ON TABLE <<table>> FROM <<role>>
