-- Schema_to_xml
--@attack
SELECT schema_to_xml('{b}'::regclass::text::name, true, true, '') FROM {a}
--@control
SELECT a.email FROM {a} a JOIN {b} b USING (id)
