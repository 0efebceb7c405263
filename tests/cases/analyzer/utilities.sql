-- Statements around statements.

--@stmt prepare
PREPARE q AS SELECT email FROM crm.customer WHERE id = 1;

--@stmt prepare typed
PREPARE q (bigint) AS SELECT email FROM crm.customer WHERE id = $1;

--@stmt declare cursor
DECLARE q CURSOR FOR SELECT total FROM sales.orders;

--@stmt declare scroll cursor
DECLARE q SCROLL CURSOR WITHOUT HOLD FOR SELECT total FROM sales.orders ORDER BY placed_at;

--@stmt explain
EXPLAIN SELECT email FROM crm.customer;

--@stmt explain verbose json
EXPLAIN (VERBOSE, FORMAT JSON, COSTS off) UPDATE sales.product SET price = 1;

--@stmt copy to
COPY sales.product TO STDOUT;

--@stmt copy columns to
COPY crm.customer (id, email) TO STDOUT;

--@stmt copy query to
COPY (SELECT total FROM sales.orders WHERE id = 1) TO STDOUT;

--@stmt copy query with join
COPY (SELECT c.email, s.topic FROM crm.customer c JOIN marketing.subscriber s ON s.customer_id = c.id) TO STDOUT WITH (FORMAT csv);

--@stmt copy dml to
COPY (DELETE FROM sales.gift RETURNING greeting) TO STDOUT;

--@stmt savepoint
SAVEPOINT a;

--@stmt set timezone
SET LOCAL timezone = 'UTC';

--@stmt show
SHOW timezone;
