-- The SQL/JSON constructors and XML, every clause that can hold a sub-select.

--@stmt json object
--@since 16
SELECT JSON_OBJECT('a' VALUE (SELECT max(total) FROM sales.orders));

--@stmt json array
--@since 16
SELECT JSON_ARRAY((SELECT max(email) FROM crm.customer), 1);

--@stmt json array query
--@since 16
SELECT JSON_ARRAY(SELECT iban FROM hr.employee);

--@stmt json objectagg
--@since 16
SELECT JSON_OBJECTAGG(id VALUE name ABSENT ON NULL) FROM sales.product;

--@stmt json arrayagg
--@since 16
SELECT JSON_ARRAYAGG(name ORDER BY price) FROM sales.product;

--@stmt json arrayagg filter
--@since 16
SELECT JSON_ARRAYAGG(name) FILTER (WHERE price > (SELECT min(total) FROM sales.orders)) FROM sales.product;

--@stmt is json
--@since 16
SELECT id FROM support.message WHERE body IS JSON OBJECT;

--@stmt json scalar
--@since 17
SELECT JSON_SCALAR((SELECT max(salary) FROM hr.employee));

--@stmt json serialize
--@since 17
SELECT JSON_SERIALIZE((SELECT details FROM sales.orders LIMIT 1) RETURNING text);

--@stmt json parse
--@since 17
SELECT JSON('{}' ), id FROM sales.product;

--@stmt json exists
--@since 17
SELECT id FROM sales.orders WHERE JSON_EXISTS(details, '$.a ? (@ > $x)' PASSING total AS x);

--@stmt json value
--@since 17
SELECT JSON_VALUE(details, '$.a' PASSING (SELECT max(price) FROM sales.product) AS p) FROM sales.orders;

--@stmt json value default
--@since 17
SELECT JSON_VALUE(details, '$.a' DEFAULT 'x' ON EMPTY) FROM sales.orders;

--@stmt json query
--@since 17
SELECT JSON_QUERY(details, '$.a' WITH WRAPPER) FROM sales.orders;

--@stmt json table
--@since 17
SELECT t.a FROM sales.orders o, JSON_TABLE(o.details, '$' COLUMNS (a text PATH '$.a')) t;

--@stmt json table nested
--@since 17
SELECT t.b FROM sales.orders o, JSON_TABLE(o.details, '$' PASSING o.total AS x COLUMNS (a text PATH '$.a', NESTED PATH '$.l[*]' COLUMNS (b integer PATH '$'))) t;

--@stmt json table subselect
--@since 17
SELECT t.n FROM JSON_TABLE((SELECT jsonb_agg(c.email) FROM crm.customer c), '$[*]' COLUMNS (n FOR ORDINALITY)) t;

--@stmt xml attributes
--@needs xml
SELECT xmlelement(name p, xmlattributes(name AS n), price) FROM sales.product;

--@stmt xml forest
--@needs xml
SELECT xmlforest(name, price AS cost) FROM sales.product;

--@stmt xml agg
--@needs xml
SELECT xmlagg(xmlelement(name p, name) ORDER BY price) FROM sales.product;

--@stmt xml concat
--@needs xml
SELECT xmlconcat(xmlcomment(name)) FROM sales.product;

--@stmt xml serialize
--@needs xml
SELECT xmlserialize(CONTENT xmlforest(name) AS text) FROM sales.product;

--@stmt xml table
--@needs xml
SELECT x.a FROM sales.product p, XMLTABLE('/r' PASSING xmlelement(name r, p.name) COLUMNS a text PATH '.' DEFAULT p.price::text) x;

--@stmt xml table subselect
--@needs xml
SELECT x.a FROM XMLTABLE('/r' PASSING (SELECT xmlelement(name r, max(c.phone)) FROM crm.customer c) COLUMNS a text PATH '.') x;

--@stmt xml is document
--@needs xml
SELECT xmlforest(name) IS DOCUMENT FROM sales.product;

--@stmt any value
--@since 16
SELECT any_value(email) FROM crm.customer;
