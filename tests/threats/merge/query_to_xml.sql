-- Query_to_xml
--@control on 15
--@attack
SELECT query_to_xml('SELECT id FROM {b}', true, true, '') FROM {a}
--@control
SELECT query_to_xml('SELECT email FROM {b}', true, true, '') FROM {a}
