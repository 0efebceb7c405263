-- DELETE in all its forms.

--@stmt all rows
DELETE FROM sales.gift;

--@stmt where
DELETE FROM sales.gift WHERE id = 1;

--@stmt where other column
DELETE FROM sales.gift WHERE greeting = 'enjoy';

--@stmt using
DELETE FROM sales.gift g USING sales.orders o WHERE o.id = g.order_id AND o.total > 1;

--@stmt using subquery
DELETE FROM sales.gift g USING (SELECT id FROM crm.customer WHERE city = 'x') c WHERE c.id = g.giver_id;

--@stmt where in
DELETE FROM marketing.opening WHERE customer_id IN (SELECT customer_id FROM marketing.subscriber WHERE topic = 'x');

--@stmt where not exists
DELETE FROM support.message m WHERE NOT EXISTS (SELECT FROM support.request r WHERE r.id = m.request_id);

--@stmt with
WITH old AS (SELECT id FROM support.request WHERE closed_at < now()) DELETE FROM support.message USING old WHERE request_id = old.id;

--@stmt returning
DELETE FROM sales.gift RETURNING greeting;

--@stmt returning star
DELETE FROM sales.journal RETURNING *;

--@stmt returning using
DELETE FROM sales.gift g USING crm.customer c WHERE c.id = g.giver_id RETURNING c.email;

--@stmt returning nothing of table
DELETE FROM sales.gift RETURNING 1;

--@stmt cascade
DELETE FROM sales.parcel;

--@stmt cascade two steps
DELETE FROM sales.parcel WHERE id = 1;

--@stmt cascade from afar
DELETE FROM sales.orders WHERE id = 99;

--@stmt only
DELETE FROM ONLY support.note;

--@stmt inheritance
DELETE FROM support.note WHERE id = 1;

--@stmt partitioned
DELETE FROM web_log.click WHERE place = 'x';

--@stmt view
DELETE FROM support.short WHERE id = 99;

--@stmt definer view
DELETE FROM marketing.reader WHERE who = 99;

--@stmt trigger
DELETE FROM sales.order_item;

--@stmt data modifying cte
WITH gone AS (DELETE FROM sales.gift RETURNING id) SELECT count(*) FROM gone;

--@stmt function in where
DELETE FROM sales.gift WHERE crm.mail_of(giver_id) = 'x';

--@stmt alias hides name
DELETE FROM sales.gift AS x WHERE x.id = 1;
