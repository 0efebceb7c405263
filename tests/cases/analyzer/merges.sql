-- MERGE, and what only newer servers know of it.

--@stmt update
MERGE INTO sales.product p USING sales.order_item i ON p.id = i.id WHEN MATCHED THEN UPDATE SET price = i.price;

--@stmt update constant
MERGE INTO sales.product p USING sales.order_item i ON p.id = i.id WHEN MATCHED THEN UPDATE SET price = 1;

--@stmt insert
MERGE INTO sales.product p USING sales.gift g ON p.id = g.id + 100 WHEN NOT MATCHED THEN INSERT (name, price) VALUES (g.greeting, 1);

--@stmt insert all
MERGE INTO sales.product p USING sales.gift g ON p.id = g.id + 100 WHEN NOT MATCHED THEN INSERT VALUES (77, g.greeting, 1);

--@stmt insert default
MERGE INTO sales.journal j USING sales.gift g ON j.said = g.greeting WHEN NOT MATCHED THEN INSERT DEFAULT VALUES;

--@stmt delete
MERGE INTO sales.gift g USING sales.orders o ON o.id = g.order_id WHEN MATCHED THEN DELETE;

--@stmt do nothing
MERGE INTO sales.gift g USING sales.orders o ON o.id = g.order_id WHEN MATCHED THEN DO NOTHING;

--@stmt conditions
MERGE INTO sales.product p USING sales.order_item i ON p.id = i.product_id WHEN MATCHED AND i.quantity > 99 THEN DELETE WHEN MATCHED AND p.name = 'x' THEN UPDATE SET price = 0 WHEN NOT MATCHED AND i.price > 1000 THEN INSERT (name, price) VALUES ('n', i.price);

--@stmt subquery source
MERGE INTO sales.product p USING (SELECT max(c.id) AS id, max(c.email) AS mail FROM crm.customer c) s ON p.id = s.id WHEN MATCHED THEN UPDATE SET name = s.mail;

--@stmt subselect in set
MERGE INTO sales.product p USING sales.gift g ON p.id = g.id WHEN MATCHED THEN UPDATE SET name = (SELECT max(e.iban) FROM hr.employee e);

--@stmt subselect in condition
MERGE INTO sales.product p USING sales.gift g ON p.id = g.id WHEN MATCHED AND EXISTS (SELECT FROM support.request r WHERE r.topic = g.greeting) THEN DO NOTHING;

--@stmt subselect in on
MERGE INTO sales.product p USING sales.gift g ON p.id = (SELECT min(o.id) FROM sales.orders o WHERE o.id = g.order_id) WHEN MATCHED THEN UPDATE SET price = 3;

--@stmt with
WITH s AS (SELECT id, full_name FROM hr.employee) MERGE INTO sales.product p USING s ON p.id = s.id WHEN MATCHED THEN UPDATE SET name = s.full_name;

--@stmt set row
MERGE INTO sales.product p USING sales.gift g ON p.id = g.id WHEN MATCHED THEN UPDATE SET (name, price) = (g.greeting, 2);

--@stmt only target
MERGE INTO ONLY support.note n USING sales.gift g ON n.id = g.id WHEN MATCHED THEN UPDATE SET body = 'x';

--@stmt inheritance target
MERGE INTO support.note n USING sales.gift g ON n.id = g.id WHEN MATCHED THEN UPDATE SET body = 'x';

--@stmt partitioned target
MERGE INTO web_log.click k USING sales.gift g ON k.customer_id = g.id WHEN MATCHED THEN UPDATE SET place = g.greeting;

--@stmt view source
MERGE INTO sales.product p USING crm.card c ON c.id = p.id WHEN MATCHED THEN UPDATE SET name = c.mail;

--@stmt values source
MERGE INTO sales.product p USING (VALUES (1, 'a')) v(id, name) ON v.id = p.id WHEN MATCHED THEN UPDATE SET name = v.name;

--@stmt trigger
MERGE INTO sales.order_item i USING sales.gift g ON g.order_id = i.order_id WHEN MATCHED THEN DELETE;

--@stmt returning
--@since 17
MERGE INTO sales.product p USING sales.gift g ON p.id = g.id WHEN MATCHED THEN UPDATE SET name = 'x' RETURNING merge_action(), p.price, g.greeting;

--@stmt returning star
--@since 17
MERGE INTO sales.product p USING sales.gift g ON p.id = g.id WHEN MATCHED THEN UPDATE SET name = 'x' RETURNING *;

--@stmt by source
--@since 17
MERGE INTO sales.product p USING sales.gift g ON p.id = g.id WHEN NOT MATCHED BY SOURCE AND p.price > 100 THEN DELETE WHEN NOT MATCHED BY TARGET THEN DO NOTHING;

--@stmt in cte
--@since 17
WITH m AS (MERGE INTO sales.product p USING sales.gift g ON p.id = g.id WHEN MATCHED THEN UPDATE SET price = 1 RETURNING p.name) SELECT name FROM m;

--@stmt into view
--@since 17
MERGE INTO support.short s USING sales.gift g ON s.id = g.id WHEN MATCHED THEN UPDATE SET topic = 'x';
