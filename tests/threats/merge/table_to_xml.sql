-- Table_to_xml
--@attack
SELECT table_to_xml('{b}', true, true, '') FROM {a}
--@control
SELECT a.email FROM {a} a JOIN {b} b USING (id)
