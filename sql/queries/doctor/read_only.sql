-- From here on the server itself refuses whatever would change something.
SET TRANSACTION READ ONLY;
