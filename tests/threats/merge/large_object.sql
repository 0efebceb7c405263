-- Large object
--@attack
SELECT lo_from_bytea(0, convert_to(string_agg(email, ','), 'UTF8')) FROM {a}
--@control
SELECT a.email FROM {a} a JOIN {b} b USING (id)
