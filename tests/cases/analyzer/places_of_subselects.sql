-- Every place of the grammar that can hold a sub-select, each with another table inside.

--@stmt target
SELECT (SELECT max(o.total) FROM sales.orders o) FROM crm.customer c;

--@stmt target correlated
SELECT c.id, (SELECT max(o.total) FROM sales.orders o WHERE o.customer_id = c.id) FROM crm.customer c;

--@stmt target alias
SELECT (SELECT count(*) FROM sales.gift) AS gifts;

--@stmt where scalar
SELECT c.full_name FROM crm.customer c WHERE c.id = (SELECT min(o.customer_id) FROM sales.orders o);

--@stmt where exists
SELECT c.full_name FROM crm.customer c WHERE EXISTS (SELECT 1 FROM sales.orders o WHERE o.customer_id = c.id);

--@stmt where not exists
SELECT c.full_name FROM crm.customer c WHERE NOT EXISTS (SELECT FROM sales.orders o WHERE o.customer_id = c.id AND o.total > 15);

--@stmt where in
SELECT c.full_name FROM crm.customer c WHERE c.id IN (SELECT o.customer_id FROM sales.orders o);

--@stmt where not in
SELECT c.full_name FROM crm.customer c WHERE c.id NOT IN (SELECT g.receiver_id FROM sales.gift g);

--@stmt where row in
SELECT c.city FROM crm.customer c WHERE (c.id, c.email) IN (SELECT s.customer_id, s.email FROM marketing.subscriber s);

--@stmt where any
SELECT p.name FROM sales.product p WHERE p.price > ANY (SELECT i.price FROM sales.order_item i);

--@stmt where all
SELECT p.name FROM sales.product p WHERE p.price >= ALL (SELECT i.price FROM sales.order_item i);

--@stmt where some
SELECT p.name FROM sales.product p WHERE p.id = SOME (SELECT i.product_id FROM sales.order_item i);

--@stmt where like any array
SELECT c.id FROM crm.customer c WHERE c.email LIKE ANY (ARRAY(SELECT s.email FROM marketing.subscriber s));

--@stmt where between
SELECT o.id FROM sales.orders o WHERE o.total BETWEEN (SELECT min(p.price) FROM sales.product p) AND (SELECT max(i.price) * 100 FROM sales.order_item i);

--@stmt where row comparison
SELECT c.id FROM crm.customer c WHERE (c.id, c.city) > (SELECT s.customer_id, s.topic FROM marketing.subscriber s ORDER BY s.customer_id LIMIT 1);

--@stmt where case
SELECT c.id FROM crm.customer c WHERE CASE WHEN EXISTS (SELECT FROM sales.gift g WHERE g.giver_id = c.id) THEN true ELSE (SELECT count(*) FROM support.message) > 0 END;

--@stmt where bool test
SELECT c.id FROM crm.customer c WHERE (SELECT bool_or(o.total > 5) FROM sales.orders o) IS TRUE;

--@stmt where null test
SELECT c.id FROM crm.customer c WHERE (SELECT max(a.diagnosis) FROM hr.absence a) IS NOT NULL;

--@stmt where distinct from
SELECT c.id FROM crm.customer c WHERE c.email IS DISTINCT FROM (SELECT l.email FROM legacy.address l LIMIT 1);

--@stmt where subscript
SELECT o.id FROM sales.orders o WHERE (ARRAY['a', 'b'])[(SELECT count(*)::int FROM sales.gift)] = 'a';

--@stmt where slice
SELECT o.tags[(SELECT min(p.id)::int FROM sales.product p):(SELECT max(p.id)::int FROM sales.product p)] FROM sales.orders o;

--@stmt join on
SELECT c.id FROM crm.customer c JOIN sales.orders o ON o.customer_id = c.id AND o.total > (SELECT avg(i.price) FROM sales.order_item i);

--@stmt left join on exists
SELECT c.id FROM crm.customer c LEFT JOIN sales.orders o ON EXISTS (SELECT FROM sales.gift g WHERE g.giver_id = c.id AND g.order_id = o.id);

--@stmt from subquery
SELECT x.email FROM (SELECT c.email, c.phone FROM crm.customer c) x;

--@stmt from subquery without alias
--@since 16
SELECT total FROM (SELECT total, card_last4 FROM sales.orders);

--@stmt from values subselect
SELECT v.a FROM (VALUES ((SELECT max(c.id) FROM crm.customer c)), (2)) v(a);

--@stmt from function argument
SELECT g FROM generate_series(1, (SELECT count(*)::int FROM hr.absence)) g;

--@stmt from unnest argument
SELECT u FROM unnest(ARRAY(SELECT s.topic FROM marketing.subscriber s)) u;

--@stmt from rows from
SELECT * FROM ROWS FROM (generate_series(1, 2), unnest((SELECT array_agg(p.name) FROM sales.product p))) WITH ORDINALITY;

--@stmt from lateral
SELECT c.id, o.total FROM crm.customer c, LATERAL (SELECT o.total FROM sales.orders o WHERE o.customer_id = c.id ORDER BY o.placed_at DESC LIMIT 1) o;

--@stmt from left lateral
SELECT c.id, o.n FROM crm.customer c LEFT JOIN LATERAL (SELECT count(*) AS n FROM sales.orders o WHERE o.customer_id = c.id) o ON true;

--@stmt from lateral function
SELECT c.id, w.word FROM crm.customer c, LATERAL regexp_split_to_table(c.full_name, ' ') AS w(word);

--@stmt from implicit lateral function
SELECT w FROM crm.customer c, regexp_split_to_table(c.email, '@') w;

--@stmt tablesample
SELECT c.id FROM crm.customer c TABLESAMPLE BERNOULLI ((SELECT 100 FROM sales.gift LIMIT 1)) REPEATABLE ((SELECT count(*) FROM hr.employee));

--@stmt group by
SELECT count(*) FROM crm.customer c GROUP BY (SELECT o.total FROM sales.orders o WHERE o.id = c.id);

--@stmt group by cube
SELECT city, mood, count(*) FROM crm.customer GROUP BY CUBE (city, mood);

--@stmt group by sets
SELECT city, count(phone) FROM crm.customer GROUP BY GROUPING SETS ((city), (street), ());

--@stmt group by rollup distinct
SELECT grouping(city), count(*) FROM crm.customer GROUP BY DISTINCT ROLLUP (city, born_on);

--@stmt having
SELECT o.customer_id FROM sales.orders o GROUP BY o.customer_id HAVING sum(o.total) > (SELECT max(p.price) FROM sales.product p);

--@stmt having other column
SELECT city FROM crm.customer GROUP BY city HAVING max(last_seen_at) > '2000-01-01';

--@stmt window partition
SELECT rank() OVER (PARTITION BY (SELECT s.topic FROM marketing.subscriber s WHERE s.customer_id = c.id) ORDER BY c.born_on) FROM crm.customer c;

--@stmt window order
SELECT row_number() OVER (ORDER BY (SELECT count(*) FROM sales.orders o WHERE o.customer_id = c.id)) FROM crm.customer c;

--@stmt window named
SELECT sum(o.total) OVER w FROM sales.orders o WINDOW w AS (PARTITION BY o.customer_id ORDER BY o.placed_at);

--@stmt window frame
SELECT sum(o.total) OVER (ORDER BY o.id ROWS BETWEEN (SELECT count(*) FROM sales.gift) PRECEDING AND CURRENT ROW) FROM sales.orders o;

--@stmt window inherited
SELECT first_value(o.card_last4) OVER (w ORDER BY o.id) FROM sales.orders o WINDOW w AS (PARTITION BY o.total);

--@stmt order by
SELECT c.id FROM crm.customer c ORDER BY (SELECT max(o.placed_at) FROM sales.orders o WHERE o.customer_id = c.id);

--@stmt order by unselected column
SELECT id FROM crm.customer ORDER BY born_on DESC NULLS LAST, lower(street);

--@stmt order by using
SELECT id FROM crm.customer ORDER BY phone USING >;

--@stmt order by output name
SELECT email AS born_on FROM crm.customer ORDER BY born_on;

--@stmt order by number
SELECT email, id FROM crm.customer ORDER BY 2;

--@stmt limit
SELECT c.id FROM crm.customer c LIMIT (SELECT count(*) FROM hr.employee);

--@stmt offset
SELECT c.id FROM crm.customer c OFFSET (SELECT count(*) FROM hr.absence);

--@stmt fetch with ties
SELECT c.id FROM crm.customer c ORDER BY c.city FETCH FIRST 1 ROWS WITH TIES;

--@stmt distinct on
SELECT DISTINCT ON (c.city) c.id FROM crm.customer c ORDER BY c.city, c.last_seen_at;

--@stmt distinct on subselect
SELECT DISTINCT ON ((SELECT max(p.price) FROM sales.product p)) c.id FROM crm.customer c;

--@stmt distinct
SELECT DISTINCT city FROM crm.customer;

--@stmt aggregate filter
SELECT count(*) FILTER (WHERE o.total > (SELECT min(p.price) FROM sales.product p)) FROM sales.orders o;

--@stmt aggregate order
SELECT string_agg(c.full_name, ',' ORDER BY c.born_on) FROM crm.customer c;

--@stmt aggregate order subselect
SELECT array_agg(o.id ORDER BY (SELECT p.price FROM sales.product p WHERE p.id = o.id)) FROM sales.orders o;

--@stmt aggregate distinct
SELECT count(DISTINCT c.city) FROM crm.customer c;

--@stmt aggregate within group
SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY o.total) FROM sales.orders o;

--@stmt aggregate within group direct
SELECT percentile_disc(ARRAY[0.1, 0.5]) WITHIN GROUP (ORDER BY i.price) FROM sales.order_item i;

--@stmt case arms
SELECT CASE (SELECT count(*) FROM sales.gift) WHEN 1 THEN (SELECT max(e.salary) FROM hr.employee e) ELSE (SELECT min(o.total) FROM sales.orders o) END;

--@stmt coalesce
SELECT coalesce((SELECT c.phone FROM crm.customer c WHERE c.id = 99), (SELECT s.topic FROM marketing.subscriber s LIMIT 1));

--@stmt nullif
SELECT nullif((SELECT max(r.topic) FROM support.request r), (SELECT min(m.body) FROM support.message m));

--@stmt greatest
SELECT greatest((SELECT max(total) FROM sales.orders), (SELECT max(salary) FROM hr.employee));

--@stmt array constructor
SELECT ARRAY[(SELECT min(id) FROM crm.customer), (SELECT max(id) FROM sales.orders)];

--@stmt array sublink
SELECT ARRAY(SELECT c.email FROM crm.customer c ORDER BY c.born_on);

--@stmt row constructor
SELECT ROW((SELECT max(page) FROM web_log.page_view), 1);

--@stmt cast
SELECT CAST((SELECT max(total) FROM sales.orders) AS integer), (SELECT max(price) FROM sales.product)::text;

--@stmt collate
SELECT (SELECT max(full_name) FROM crm.customer) COLLATE "C";

--@stmt at time zone
SELECT (SELECT max(placed_at) FROM sales.orders) AT TIME ZONE (SELECT 'UTC' FROM sales.gift LIMIT 1);

--@stmt extract
SELECT extract(year FROM (SELECT min(born_on) FROM hr.employee));

--@stmt overlay
SELECT overlay((SELECT max(email) FROM crm.customer) PLACING 'x' FROM (SELECT count(*)::int FROM sales.gift));

--@stmt substring similar
SELECT substring((SELECT max(page) FROM web_log.page_view) FROM 1 FOR 2);

--@stmt position
SELECT position('x' IN (SELECT max(agent) FROM web_log.page_view));

--@stmt trim
SELECT trim(BOTH (SELECT max(topic) FROM support.request) FROM (SELECT max(body) FROM support.message));

--@stmt xml element
--@needs xml
SELECT xmlelement(name a, (SELECT max(price) FROM sales.product));

--@stmt json object keyword
SELECT json_build_object('a', (SELECT max(greeting) FROM sales.gift));

--@stmt function argument named
SELECT make_interval(days => (SELECT count(*)::int FROM sales.gift));

--@stmt function argument variadic
SELECT concat_ws(',', VARIADIC ARRAY(SELECT topic FROM marketing.subscriber));

--@stmt operator qualified
SELECT c.id OPERATOR(pg_catalog.+) (SELECT count(*) FROM sales.gift) FROM crm.customer c;

--@stmt with
WITH big AS (SELECT customer_id, total FROM sales.orders WHERE total > 5) SELECT c.email FROM crm.customer c JOIN big b ON b.customer_id = c.id;

--@stmt with not referenced
WITH unused AS (SELECT salary FROM hr.employee) SELECT id FROM crm.customer;

--@stmt with in subselect
SELECT (WITH x AS (SELECT total FROM sales.orders) SELECT max(total) FROM x);

--@stmt with recursive
WITH RECURSIVE t(id, n) AS (SELECT id, 1 FROM sales.orders WHERE id = 1 UNION ALL SELECT o.id, n + 1 FROM sales.orders o JOIN t ON o.id = t.id + 1) SELECT sum(n) FROM t;

--@stmt with recursive search
WITH RECURSIVE t(id) AS (SELECT id FROM sales.orders WHERE id = 1 UNION ALL SELECT o.id FROM sales.orders o JOIN t ON o.id = t.id + 1) SEARCH DEPTH FIRST BY id SET ordered SELECT ordered FROM t;

--@stmt with recursive cycle
WITH RECURSIVE t(id) AS (SELECT id FROM sales.orders WHERE id = 1 UNION ALL SELECT o.id FROM sales.orders o JOIN t ON o.id = t.id + 1) CYCLE id SET looped USING path SELECT looped, path FROM t;

--@stmt with materialized
WITH m AS MATERIALIZED (SELECT email FROM crm.customer), n AS NOT MATERIALIZED (SELECT email FROM m) SELECT n.email FROM n;

--@stmt with nested
WITH a AS (WITH b AS (SELECT id FROM crm.customer) SELECT b.id FROM b) SELECT a.id FROM a;

--@stmt values
VALUES ((SELECT max(id) FROM crm.customer)), ((SELECT max(id) FROM hr.employee));

--@stmt union
SELECT email FROM crm.customer UNION SELECT email FROM marketing.subscriber;

--@stmt union all nested
(SELECT email FROM crm.customer ORDER BY born_on LIMIT 1) UNION ALL ((SELECT email FROM legacy.address) EXCEPT SELECT iban FROM hr.employee);

--@stmt intersect
SELECT id FROM crm.customer INTERSECT SELECT customer_id FROM sales.orders;

--@stmt except all
SELECT id FROM crm.customer EXCEPT ALL SELECT receiver_id FROM sales.gift;

--@stmt union order by
SELECT id AS k FROM crm.customer UNION ALL SELECT id FROM sales.orders ORDER BY k;

--@stmt union limit subselect
SELECT id FROM crm.customer UNION SELECT id FROM hr.employee LIMIT (SELECT count(*) FROM sales.gift);
