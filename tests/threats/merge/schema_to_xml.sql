-- Schema_to_xml. A schema that holds tables of several compartments is passed over in silence: see the last test.
--@among schemas
--@attack
SELECT schema_to_xml('{b}'::regclass::text::name, true, true, '') FROM {a}
--@control
SELECT a.email FROM {a} a JOIN {b} b USING (id)
