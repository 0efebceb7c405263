-- INSERT in all its forms.

--@stmt values
INSERT INTO sales.product (name, price) VALUES ('x', 1);

--@stmt values many
INSERT INTO sales.product (name, price) VALUES ('x', 1), ('y', (SELECT max(price) FROM sales.product));

--@stmt all columns
INSERT INTO sales.product VALUES (99, 'x', 1);

--@stmt first columns
INSERT INTO marketing.coupon VALUES ('C');

--@stmt default values
INSERT INTO sales.journal DEFAULT VALUES;

--@stmt default keyword
INSERT INTO sales.product (id, name, price) VALUES (DEFAULT, 'x', 1);

--@stmt select
INSERT INTO sales.journal (said) SELECT c.email FROM crm.customer c;

--@stmt select star
INSERT INTO sales.product SELECT id + 100, name, price FROM sales.product;

--@stmt table
INSERT INTO sales.journal TABLE sales.journal;

--@stmt with
WITH x AS (SELECT max(salary) AS s FROM hr.employee) INSERT INTO sales.journal (said) SELECT s::text FROM x;

--@stmt with inside select
INSERT INTO sales.journal (said) WITH x AS (SELECT topic FROM support.request) SELECT topic FROM x;

--@stmt returning
INSERT INTO sales.product (name, price) VALUES ('x', 1) RETURNING id;

--@stmt returning star
INSERT INTO sales.product (name, price) VALUES ('x', 1) RETURNING *;

--@stmt returning subselect
INSERT INTO sales.journal (said) VALUES ('x') RETURNING said, (SELECT max(total) FROM sales.orders);

--@stmt returning alias
INSERT INTO sales.product AS p (name, price) VALUES ('x', 1) RETURNING p.name;

--@stmt returning expression
INSERT INTO crm.customer (full_name, email) VALUES ('x', 'y') RETURNING upper(full_name), initial;

--@stmt returning whole row
INSERT INTO sales.product AS p (name, price) VALUES ('x', 1) RETURNING p;

--@stmt returning function
INSERT INTO sales.journal (said) VALUES ('x') RETURNING crm.mail_of(1);

--@stmt overriding
INSERT INTO sales.product (id, name, price) OVERRIDING USER VALUE VALUES (1, 'x', 1);

--@stmt on conflict nothing
INSERT INTO sales.product (id, name, price) VALUES (1, 'x', 1) ON CONFLICT DO NOTHING;

--@stmt on conflict target nothing
INSERT INTO sales.product (id, name, price) VALUES (1, 'x', 1) ON CONFLICT (id) DO NOTHING;

--@stmt on conflict constraint nothing
INSERT INTO sales.product (id, name, price) VALUES (1, 'x', 1) ON CONFLICT ON CONSTRAINT product_pkey DO NOTHING;

--@stmt on conflict update
INSERT INTO sales.product (id, name, price) VALUES (1, 'x', 1) ON CONFLICT (id) DO UPDATE SET name = excluded.name;

--@stmt on conflict update constant
INSERT INTO sales.product (id, name, price) VALUES (1, 'x', 1) ON CONFLICT (id) DO UPDATE SET name = 'z';

--@stmt on conflict update own column
INSERT INTO sales.product AS p (id, name, price) VALUES (1, 'x', 1) ON CONFLICT (id) DO UPDATE SET price = p.price + 1;

--@stmt on conflict update where
INSERT INTO sales.product AS p (id, name, price) VALUES (1, 'x', 1) ON CONFLICT (id) DO UPDATE SET name = 'z' WHERE p.price > 3;

--@stmt on conflict update subselect
INSERT INTO sales.product (id, name, price) VALUES (1, 'x', 1) ON CONFLICT (id) DO UPDATE SET price = (SELECT max(total) FROM sales.orders);

--@stmt on conflict update constraint
INSERT INTO sales.product (id, name, price) VALUES (1, 'x', 1) ON CONFLICT ON CONSTRAINT product_pkey DO UPDATE SET name = 'z';

--@stmt on conflict update row
INSERT INTO sales.product (id, name, price) VALUES (1, 'x', 1) ON CONFLICT (id) DO UPDATE SET (name, price) = ROW (excluded.name, excluded.price);

--@stmt on conflict update row subselect
INSERT INTO sales.product (id, name, price) VALUES (1, 'x', 1) ON CONFLICT (id) DO UPDATE SET (name, price) = (SELECT g.greeting, 1 FROM sales.gift g);

--@stmt on conflict returning
INSERT INTO sales.product (id, name, price) VALUES (1, 'x', 1) ON CONFLICT (id) DO UPDATE SET name = 'z' RETURNING price;

--@stmt data modifying cte
WITH new AS (INSERT INTO sales.journal (said) VALUES ('x') RETURNING said) SELECT said FROM new;

--@stmt data modifying cte not read
WITH new AS (INSERT INTO sales.journal (said) VALUES ('x')) SELECT 1;

--@stmt data modifying chain
WITH gone AS (DELETE FROM sales.gift RETURNING greeting) INSERT INTO sales.journal (said) SELECT greeting FROM gone;

--@stmt trigger
INSERT INTO sales.order_item (order_id, product_id, quantity, price) VALUES (1, 1, 1, 1);

--@stmt trigger reading
INSERT INTO support.message (request_id, body) VALUES (1, 'x');

--@stmt rule on view
INSERT INTO marketing.box (code, worth) VALUES ('Z', 1);

--@stmt updatable view
INSERT INTO support.short (customer_id, topic) SELECT 1, 'x' WHERE false;

--@stmt updatable definer view
INSERT INTO marketing.reader (who, what) VALUES (1, 'x');

--@stmt partitioned
INSERT INTO web_log.click (customer_id, clicked_on, place) VALUES (1, '2026-01-01', 'x');

--@stmt partition
INSERT INTO web_log.click_2026 VALUES (1, '2026-01-01', 'x');

--@stmt child
INSERT INTO support.call_note (customer_id, body, minutes) VALUES (1, 'x', 2);

--@stmt composite field
INSERT INTO sales.orders (customer_id, total, card_last4, paid.amount, paid.currency) VALUES (1, 1, '1', 2, 'EUR');

--@stmt array element
INSERT INTO sales.orders (customer_id, total, card_last4, tags[1]) VALUES (1, 1, '1', 'x');

--@stmt from function
INSERT INTO sales.journal (said) SELECT n.email FROM crm.newest(1) n;

--@stmt from view
INSERT INTO sales.journal (said) SELECT mail FROM crm.card;
