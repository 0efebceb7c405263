-- What a column name means: aliases, stars, whole rows, USING, outer references.

--@stmt star
SELECT * FROM sales.product;

--@stmt star of one item
SELECT p.* FROM sales.product p JOIN sales.order_item i ON i.product_id = p.id;

--@stmt star of join
SELECT * FROM crm.customer c JOIN sales.orders o ON o.customer_id = c.id;

--@stmt star of using
SELECT * FROM sales.gift g JOIN sales.order_item i USING (order_id);

--@stmt star of subquery
SELECT * FROM (SELECT id, email FROM crm.customer) x;

--@stmt star without columns needed
SELECT count(*) FROM crm.customer;

--@stmt count star grouped
SELECT count(*) FROM sales.orders GROUP BY ();

--@stmt constant from table
SELECT 1 FROM hr.employee;

--@stmt exists star
SELECT EXISTS (SELECT * FROM hr.absence);

--@stmt exists nothing
SELECT EXISTS (SELECT FROM hr.absence);

--@stmt whole row
SELECT c FROM crm.customer c;

--@stmt whole row of relation name
SELECT customer FROM crm.customer;

--@stmt whole row to text
SELECT c::text FROM crm.customer c;

--@stmt whole row to json
SELECT row_to_json(o) FROM sales.orders o;

--@stmt whole row to jsonb
SELECT to_jsonb(i) FROM sales.order_item i;

--@stmt whole row json agg
SELECT json_agg(p) FROM sales.product p;

--@stmt whole row star argument
SELECT count(g.*) FROM sales.gift g;

--@stmt whole row is null
SELECT id FROM sales.gift g WHERE g.* IS NOT NULL;

--@stmt whole row comparison
SELECT a.id FROM sales.product a JOIN sales.product b ON a = b;

--@stmt whole row of subquery
SELECT x FROM (SELECT email, phone FROM crm.customer) x;

--@stmt whole row of join using alias
SELECT j.order_id FROM sales.gift g JOIN sales.order_item i USING (order_id) AS j;

--@stmt whole row of join alias
SELECT j FROM (crm.customer c JOIN sales.gift g ON g.giver_id = c.id) AS j;

--@stmt join alias hides
SELECT j.greeting FROM (crm.customer c JOIN sales.gift g ON g.giver_id = c.id) AS j;

--@stmt join alias columns
SELECT b, d FROM (sales.product p CROSS JOIN sales.gift g) AS j(a, b, c, d);

--@stmt field of whole row
SELECT (c).email FROM crm.customer c;

--@stmt field of subselect row
SELECT (x.c).email FROM (SELECT c FROM crm.customer c) x;

--@stmt star of row expression
SELECT (p).* FROM sales.product p;

--@stmt attribute notation of function
SELECT c.shout FROM crm.customer c;

--@stmt call notation of attribute
SELECT email(c) FROM crm.customer c;

--@stmt composite field
SELECT (o.paid).amount FROM sales.orders o;

--@stmt composite field without alias
SELECT (paid).currency FROM sales.orders;

--@stmt composite star
SELECT (o.paid).* FROM sales.orders o;

--@stmt array element
SELECT tags[1] FROM sales.orders;

--@stmt array slice
SELECT tags[1:2] FROM sales.orders;

--@stmt jsonb subscript
SELECT details['a']['b'] FROM sales.orders;

--@stmt jsonb operator
SELECT details -> 'a' ->> 'b' FROM sales.orders WHERE details @> '{"a": 1}';

--@stmt qualified by schema
SELECT crm.customer.email FROM crm.customer;

--@stmt qualified by schema star
SELECT crm.customer.* FROM crm.customer;

--@stmt unqualified in join
SELECT greeting, quantity FROM sales.gift, sales.order_item WHERE giver_id = product_id;

--@stmt using
SELECT quantity FROM sales.gift JOIN sales.order_item USING (order_id);

--@stmt using selected
SELECT order_id FROM sales.gift FULL JOIN sales.order_item USING (order_id);

--@stmt using qualified
SELECT g.order_id FROM sales.gift g LEFT JOIN sales.order_item i USING (order_id);

--@stmt natural join
SELECT 1 FROM marketing.subscriber NATURAL JOIN marketing.opening;

--@stmt natural left join
SELECT mailing FROM marketing.subscriber s NATURAL LEFT JOIN marketing.opening o;

--@stmt natural join without common columns
SELECT name FROM sales.product NATURAL JOIN (SELECT greeting FROM sales.gift) g;

--@stmt using three
SELECT customer_id FROM marketing.subscriber JOIN marketing.opening USING (customer_id) JOIN sales.orders USING (customer_id);

--@stmt cross join
SELECT p.name, e.iban FROM sales.product p CROSS JOIN hr.employee e;

--@stmt comma join
SELECT p.name FROM sales.product p, sales.gift;

--@stmt self join
SELECT a.full_name, b.full_name FROM crm.customer a JOIN crm.customer b ON a.city = b.city AND a.id < b.id;

--@stmt right join
SELECT o.total FROM crm.customer c RIGHT JOIN sales.orders o ON o.customer_id = c.id;

--@stmt full join
SELECT coalesce(c.id, s.customer_id) FROM crm.customer c FULL JOIN marketing.subscriber s ON s.customer_id = c.id;

--@stmt column aliases
SELECT x.a FROM crm.customer AS x(a, b);

--@stmt column aliases all shifted
SELECT street FROM sales.product AS p(street);

--@stmt column alias shadows
SELECT email FROM sales.product AS p(email, x, y);

--@stmt outer reference two levels
SELECT c.id FROM crm.customer c WHERE EXISTS (SELECT FROM sales.orders o WHERE EXISTS (SELECT FROM sales.gift g WHERE g.order_id = o.id AND g.giver_id = c.id AND c.born_on IS NOT NULL));

--@stmt outer reference unqualified
SELECT id FROM crm.customer WHERE EXISTS (SELECT FROM sales.product WHERE full_name = name);

--@stmt inner hides outer
SELECT id FROM crm.customer WHERE EXISTS (SELECT FROM hr.employee WHERE full_name = 'Eve');

--@stmt system column ctid
SELECT ctid FROM sales.product;

--@stmt system column tableoid
SELECT tableoid::regclass FROM sales.product;

--@stmt system column xmin where
SELECT name FROM sales.product WHERE xmin IS NOT NULL;

--@stmt generated column
SELECT initial FROM crm.customer;

--@stmt enum column
SELECT id FROM crm.customer WHERE mood = 'glad';

--@stmt output name reused in group by
SELECT lower(city) AS place, count(*) FROM crm.customer GROUP BY place;

--@stmt group by column before alias
SELECT email AS city, count(*) FROM crm.customer GROUP BY city, email;

--@stmt primary key group
SELECT c.id, c.email FROM crm.customer c GROUP BY c.id;

--@stmt lateral two steps
SELECT y.t FROM crm.customer c, LATERAL (SELECT c.id AS i) x, LATERAL (SELECT total AS t FROM sales.orders o WHERE o.customer_id = x.i) y;

--@stmt parenthesised table join
SELECT c.id FROM (crm.customer c JOIN sales.orders o ON o.customer_id = c.id);

--@stmt only
SELECT body FROM ONLY support.note;

--@stmt table command
TABLE sales.product;

--@stmt table in union
TABLE sales.product UNION ALL TABLE sales.product;

--@stmt select only star of two
SELECT g.*, i.quantity FROM sales.gift g, sales.order_item i;

--@stmt unnest lateral column
SELECT t FROM sales.orders o, unnest(o.tags) t;

--@stmt record function columns
SELECT r.a FROM sales.orders o, jsonb_to_record(o.details) AS r(a integer);

--@stmt recordset function columns
SELECT r.b FROM jsonb_to_recordset('[{"b": 1}]') AS r(a integer, b integer), sales.gift;

--@stmt populate record
SELECT (jsonb_populate_record(NULL::sales.product, '{"id": 1}')).name FROM sales.gift;

--@stmt json each
SELECT e.key FROM sales.orders o, jsonb_each(o.details) e;

--@stmt with ordinality alias
SELECT u.n FROM sales.orders o, unnest(o.tags) WITH ORDINALITY AS u(tag, n);

--@stmt date arithmetic
SELECT id FROM crm.customer WHERE age(born_on) > interval '10 years' AND last_seen_at < now();

--@stmt current user
SELECT current_user, session_user, current_date;

--@stmt no table
SELECT 1 + 1 AS two;

--@stmt empty select
SELECT;

--@stmt select from only where
SELECT FROM hr.employee WHERE salary > 3000;
