-- Forms that hide which table is meant.

--@stmt cte shadows table
WITH customer AS (SELECT 1 AS id) SELECT id FROM customer;

--@stmt cte shadows but qualified
WITH orders AS (SELECT 1 AS id) SELECT o.total FROM sales.orders o, orders;

--@stmt cte shadowed by inner cte
WITH x AS (SELECT salary FROM hr.employee) SELECT * FROM (WITH x AS (SELECT name FROM sales.product) SELECT * FROM x) y;

--@stmt cte sees earlier only
WITH a AS (SELECT name FROM sales.product), b AS (SELECT name FROM a) SELECT name FROM b;

--@stmt cte with column names
WITH a(q) AS (SELECT salary FROM hr.employee) SELECT q FROM a;

--@stmt cte named as its own table
WITH product AS (SELECT * FROM sales.product) SELECT name FROM product;

--@stmt quoted identifiers
SELECT "email" FROM "crm"."customer";

--@stmt odd column name
SELECT "Odd ""Name" FROM crm.customer;

--@stmt unicode identifier
SELECT U&"em\0061il" FROM crm.U&"custom\0065r";

--@stmt unicode identifier other escape
SELECT U&"em!0061il" UESCAPE '!' FROM crm.customer;

--@stmt umlaut column
SELECT größe FROM crm.customer;

--@stmt umlaut before others
SELECT größe, 'ä' || email, größe + id FROM crm.customer WHERE 'ß' <> phone;

--@stmt folded identifiers
SELECT EMAIL FROM CRM.Customer;

--@stmt comments inside
SELECT/**/email/* /* nested */ */FROM--x
 crm/**/./**/customer;

--@stmt search path
SELECT email FROM customer;

--@stmt search path second schema
SELECT total FROM orders;

--@stmt search path view
SELECT people FROM city;

--@stmt search path system first
SELECT relname FROM pg_class LIMIT 1;

--@stmt view definer
SELECT * FROM crm.city;

--@stmt view invoker
SELECT mail FROM crm.card;

--@stmt view invoker star
SELECT * FROM crm.card;

--@stmt view on invoker view
SELECT full_name FROM crm.card_again;

--@stmt view aggregate
SELECT spent FROM sales.spender WHERE customer_id = 1;

--@stmt view of view
SELECT topic, people FROM support.overview;

--@stmt view of two sides
SELECT full_name FROM hr.both_sides;

--@stmt view with renamed columns
SELECT what FROM marketing.reader WHERE who = 1;

--@stmt view recursive
SELECT depth FROM sales.tree;

--@stmt view count
SELECT count(*) FROM hr.both_sides;

--@stmt view whole row
SELECT v FROM sales.spender v;

--@stmt view joined with its base
SELECT v.mail, c.phone FROM crm.card v JOIN crm.customer c USING (id);

--@stmt materialized view
SELECT mailing, opened FROM marketing.weekly;

--@stmt function sql
SELECT crm.mail_of(1);

--@stmt function sql unqualified
SELECT mail_of(id) FROM sales.orders;

--@stmt function set returning
SELECT email FROM crm.newest(2);

--@stmt function set returning star
SELECT * FROM crm.newest(1);

--@stmt function in target list
SELECT (crm.newest(1)).email;

--@stmt function atomic
SELECT sales.spent(id) FROM crm.customer;

--@stmt function return expression
SELECT sales.doubled(total) FROM sales.orders;

--@stmt function plpgsql out
SELECT * FROM support.latest(1);

--@stmt function plpgsql in where
SELECT id FROM crm.customer WHERE (support.latest(id)).topic = 'late';

--@stmt function definer
SELECT hr.quiet(1);

--@stmt function volatile writes
SELECT support.ask(1, 'hello');

--@stmt function table
SELECT price FROM sales.lines(ARRAY[1, 2]::bigint[]);

--@stmt function over table lateral
SELECT c.id, l.price FROM crm.customer c, LATERAL sales.lines(ARRAY[c.id]) l;

--@stmt function named argument
SELECT crm.mail_of(who => 2);

--@stmt function whole row argument
SELECT crm.shout(c) FROM crm.customer c;

--@stmt function in order by
SELECT id FROM sales.orders ORDER BY crm.mail_of(customer_id);

--@stmt function in default of coalesce
SELECT coalesce(NULL, crm.mail_of(1));

--@stmt function in from rows
SELECT * FROM ROWS FROM (crm.newest(1), sales.lines(ARRAY[1::bigint]));

--@stmt aggregate of our own
SELECT sales.total_of(total) FROM sales.orders;

--@stmt aggregate of our own windowed
SELECT sales.total_of(total) OVER (ORDER BY id) FROM sales.orders;

--@stmt operator of our own
SELECT 'a' OPERATOR(sales.=@=) 'b';

--@stmt operator of our own unqualified
SELECT s.topic FROM marketing.subscriber s WHERE s.email =@= 'x';

--@stmt procedure
CALL sales.close_day('2026-01-01');

--@stmt inheritance parent
SELECT body FROM support.note;

--@stmt inheritance child
SELECT minutes FROM support.call_note;

--@stmt inheritance child of another schema
SELECT salary_talk FROM hr.call_note;

--@stmt partition parent
SELECT place FROM web_log.click;

--@stmt partition parent pruned
SELECT place FROM web_log.click WHERE clicked_on = '2025-05-05';

--@stmt partition child
SELECT place FROM web_log.click_2025;

--@stmt partition count
SELECT count(*) FROM web_log.click;

--@stmt two statements in one cte
WITH a AS (SELECT salary FROM hr.employee), b AS (SELECT topic FROM marketing.subscriber) SELECT a.salary, b.topic FROM a, b;

--@stmt subselect in cast of typed constant
SELECT text 'a' || (SELECT max(topic) FROM marketing.subscriber);

--@stmt dollar quoted is a constant
SELECT $x$ SELECT salary FROM hr.employee $x$, id FROM sales.product;

--@stmt string with sql is a constant
SELECT 'SELECT * FROM hr.employee', id FROM sales.product;

--@stmt escape string is a constant
SELECT E'\' FROM hr.employee --', id FROM sales.product;

--@stmt regclass constant touches nothing
SELECT 'hr.employee'::regclass::oid, id FROM sales.product;

--@stmt sequence next
SELECT nextval('sales.product_id_seq');

--@stmt sequence next regclass
SELECT nextval('sales.orders_id_seq'::regclass);

--@stmt row comparison with subselect
SELECT 1 WHERE ROW(1, 'x') = (SELECT id, name FROM sales.product LIMIT 1);

--@stmt merge of three schemas deep
SELECT (SELECT (SELECT max(e.salary) FROM hr.employee e WHERE e.id = s.customer_id) FROM marketing.subscriber s WHERE s.customer_id = c.id) FROM crm.customer c;
