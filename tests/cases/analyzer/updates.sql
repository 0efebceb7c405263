-- UPDATE in all its forms.

--@stmt constant
UPDATE crm.customer SET phone = '1';

--@stmt where
UPDATE crm.customer SET phone = '1' WHERE id = 1;

--@stmt own column
UPDATE sales.product SET price = price * 2;

--@stmt alias
UPDATE sales.product AS p SET price = 2 WHERE p.name = 'ball';

--@stmt several
UPDATE crm.customer SET phone = '1', email = 'x' || email WHERE full_name LIKE 'P%';

--@stmt default
UPDATE crm.customer SET last_seen_at = DEFAULT WHERE id = 1;

--@stmt from
UPDATE sales.orders o SET total = p.price FROM sales.product p WHERE p.id = o.id;

--@stmt from join
UPDATE sales.orders o SET total = i.price FROM sales.order_item i JOIN sales.product p ON p.id = i.product_id WHERE i.order_id = o.id AND p.name = 'ball';

--@stmt from subquery
UPDATE sales.orders o SET total = x.s FROM (SELECT order_id, sum(price) AS s FROM sales.order_item GROUP BY order_id) x WHERE x.order_id = o.id;

--@stmt set subselect
UPDATE crm.customer c SET phone = (SELECT s.topic FROM marketing.subscriber s WHERE s.customer_id = c.id);

--@stmt set row
UPDATE crm.customer SET (phone, city) = ('1', 'x');

--@stmt set row keyword
UPDATE crm.customer SET (phone, city) = ROW (street, DEFAULT);

--@stmt set row subselect
UPDATE crm.customer c SET (phone, city) = (SELECT s.topic, s.email FROM marketing.subscriber s WHERE s.customer_id = c.id);

--@stmt set default whole
UPDATE crm.customer SET (mood, phone) = (DEFAULT, DEFAULT);

--@stmt set case
UPDATE crm.customer SET city = CASE WHEN born_on < '1980-01-03' THEN street ELSE city END;

--@stmt where in
UPDATE crm.customer SET phone = '1' WHERE id IN (SELECT customer_id FROM sales.orders WHERE total > 1);

--@stmt where exists
UPDATE sales.orders o SET card_last4 = '0' WHERE EXISTS (SELECT FROM sales.gift g WHERE g.order_id = o.id);

--@stmt with
WITH rich AS (SELECT customer_id FROM sales.orders WHERE total > 20) UPDATE crm.customer c SET phone = 'x' FROM rich WHERE rich.customer_id = c.id;

--@stmt returning
UPDATE sales.product SET price = 1 RETURNING name;

--@stmt returning star
UPDATE sales.product SET price = 1 WHERE id = 1 RETURNING *;

--@stmt returning from
UPDATE sales.orders o SET total = 1 FROM crm.customer c WHERE c.id = o.customer_id RETURNING c.email;

--@stmt returning subselect
UPDATE sales.product p SET price = 1 RETURNING (SELECT max(i.quantity) FROM sales.order_item i WHERE i.product_id = p.id);

--@stmt only
UPDATE ONLY support.note SET body = 'x';

--@stmt inheritance
UPDATE support.note SET body = 'x' WHERE customer_id = 1;

--@stmt partitioned
UPDATE web_log.click SET place = 'x';

--@stmt partition
UPDATE web_log.click_2025 SET place = 'x';

--@stmt array element
UPDATE sales.orders SET tags[1] = 'x' WHERE id = 1;

--@stmt array element subselect
UPDATE sales.orders SET tags[(SELECT count(*)::int FROM sales.gift)] = 'x';

--@stmt composite field
UPDATE sales.orders SET paid.amount = 1;

--@stmt jsonb subscript
UPDATE sales.orders SET details['a'] = '1';

--@stmt instead trigger
UPDATE marketing.address_book SET email = 'x' WHERE customer_id = 1;

--@stmt updatable invoker view
UPDATE support.short SET topic = 'x' WHERE id = 1;

--@stmt updatable definer view
UPDATE marketing.reader SET what = 'x' WHERE who = 1;

--@stmt updatable view own column
UPDATE support.short SET topic = topic || 'x';

--@stmt view on invoker view
UPDATE crm.card_again SET mail = 'x' WHERE id = 1;

--@stmt key with cascade
UPDATE sales.parcel SET id = id + 100 WHERE carrier = 'none';

--@stmt trigger of column
UPDATE support.message SET body = 'x';

--@stmt trigger of another column
UPDATE support.message SET written_at = now();

--@stmt data modifying cte
WITH done AS (UPDATE sales.product SET price = 1 RETURNING name) SELECT name FROM done;

--@stmt function value
UPDATE sales.journal SET said = crm.mail_of(1);

--@stmt cross schema
UPDATE crm.customer c SET phone = e.iban FROM hr.employee e WHERE e.full_name = c.full_name;
