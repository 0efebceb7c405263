-- Table_to_xml
--@tables on 15
--@attack
SELECT table_to_xml('{b}', true, true, '') FROM {a}
--@control
SELECT a.email FROM {a} a JOIN {b} b USING (id)
