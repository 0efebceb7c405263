-- SELECT ... FOR UPDATE and kin need the right to UPDATE.

--@stmt for update
SELECT id FROM sales.orders FOR UPDATE;

--@stmt for share
SELECT id FROM sales.orders FOR SHARE;

--@stmt for no key update
SELECT id FROM sales.orders WHERE total > 1 FOR NO KEY UPDATE;

--@stmt for key share
SELECT id FROM sales.orders FOR KEY SHARE;

--@stmt skip locked
SELECT id FROM sales.orders ORDER BY placed_at LIMIT 1 FOR UPDATE SKIP LOCKED;

--@stmt nowait
SELECT id FROM sales.orders FOR UPDATE NOWAIT;

--@stmt of one
SELECT o.id FROM sales.orders o JOIN crm.customer c ON c.id = o.customer_id FOR UPDATE OF o;

--@stmt of all
SELECT o.id FROM sales.orders o JOIN crm.customer c ON c.id = o.customer_id FOR UPDATE;

--@stmt of two
SELECT o.id FROM sales.orders o JOIN crm.customer c ON c.id = o.customer_id FOR UPDATE OF o FOR SHARE OF c;

--@stmt subquery inside
SELECT x.id FROM (SELECT id FROM sales.orders FOR UPDATE) x;

--@stmt subquery from outside
SELECT x.id FROM (SELECT id FROM sales.orders) x FOR UPDATE;

--@stmt cte not locked
WITH x AS (SELECT id FROM sales.orders) SELECT x.id FROM x, sales.product p FOR UPDATE OF p;

--@stmt cte inside
WITH x AS (SELECT id FROM sales.orders FOR UPDATE) DELETE FROM sales.gift USING x WHERE order_id = x.id;

--@stmt view
SELECT id FROM support.short FOR UPDATE;

--@stmt definer view
SELECT who FROM marketing.reader FOR UPDATE;

--@stmt partitioned
SELECT place FROM web_log.click FOR UPDATE;

--@stmt where sublink not locked
SELECT id FROM sales.orders WHERE customer_id IN (SELECT id FROM crm.customer) FOR UPDATE;
