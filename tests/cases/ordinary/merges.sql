-- What no purpose may: data of two applications meet, however it is written.
--@stmt join
SELECT u.id, s.id FROM shop.auth_user u JOIN mail.subscriber s ON s.email = u.email;
--@stmt comma join
SELECT u.email, e.birthday FROM shop.auth_user u, staff.hr_employee e WHERE e.work_email = u.email::text;
--@stmt natural join
SELECT count(*) FROM help.users NATURAL JOIN staff.hr_employee;
--@stmt using
SELECT 1 FROM shop.orders JOIN shop.job USING (user_id) JOIN help.tickets USING (user_id);
--@stmt left join that uses nothing
SELECT o.id FROM shop.orders o LEFT JOIN help.tickets t ON t.user_id = o.user_id;
--@stmt right join
SELECT e.name FROM mail.subscriber s RIGHT JOIN staff.hr_employee e ON e.work_email = s.email::text;
--@stmt full join
SELECT count(*) FROM mail.subscriber s FULL JOIN login.user_entity u ON u.email = s.email::text;
--@stmt cross join
SELECT count(*) FROM staff.hr_contract CROSS JOIN login.credential;
--@stmt lateral
SELECT u.id, x.n FROM shop.auth_user u, LATERAL (SELECT count(*) AS n FROM help.users h WHERE h.email = u.email::text) x;
--@stmt exists
SELECT s.email FROM mail.subscriber s WHERE EXISTS (SELECT FROM shop.auth_user u WHERE u.email = s.email);
--@stmt not exists
SELECT s.email FROM mail.subscriber s WHERE NOT EXISTS (SELECT 1 FROM shop.orders o WHERE o.total > 100);
--@stmt in
DELETE FROM mail.subscriber WHERE email IN (SELECT email FROM shop.auth_user WHERE NOT is_active);
--@stmt any of an array
SELECT id FROM help.users WHERE email = ANY (ARRAY(SELECT work_email FROM staff.hr_employee));
--@stmt all
SELECT id FROM shop.orders WHERE total > ALL (SELECT wage FROM staff.hr_contract);
--@stmt scalar
SELECT id, (SELECT max(wage) FROM staff.hr_contract) FROM shop.auth_user;
--@stmt scalar in order by
SELECT id FROM help.tickets ORDER BY (SELECT count(*) FROM shop.orders);
--@stmt scalar in limit
SELECT id FROM help.tickets LIMIT (SELECT count(*) FROM shop.orders);
--@stmt scalar in having
SELECT status FROM help.tickets GROUP BY status HAVING count(*) > (SELECT count(*) FROM mail.campaign);
--@stmt scalar in filter
SELECT count(*) FILTER (WHERE EXISTS (SELECT FROM login.credential)) FROM shop.orders;
--@stmt scalar in a window
SELECT sum(total) OVER (ORDER BY (SELECT max(id) FROM help.users)) FROM shop.orders;
--@stmt scalar in a frame
SELECT sum(total) OVER (ORDER BY placed_at ROWS (SELECT count(*) FROM help.users) PRECEDING) FROM shop.orders;
--@stmt scalar in case
SELECT CASE WHEN EXISTS (SELECT FROM staff.hr_leave) THEN id END FROM help.users;
--@stmt scalar in coalesce
SELECT coalesce(name, (SELECT min(name) FROM staff.hr_employee)) FROM help.users;
--@stmt scalar in distinct on
SELECT DISTINCT ON ((SELECT max(id) FROM staff.hr_employee)) id FROM help.users;
--@stmt union
SELECT email FROM help.users UNION SELECT work_email FROM staff.hr_employee;
--@stmt intersect
SELECT email::text FROM shop.auth_user INTERSECT SELECT email::text FROM mail.subscriber;
--@stmt except
SELECT email::text FROM shop.auth_user EXCEPT ALL SELECT email FROM login.user_entity;
--@stmt with
WITH a AS (SELECT email FROM shop.auth_user), b AS (SELECT email FROM mail.subscriber) SELECT count(*) FROM a JOIN b USING (email);
--@stmt with materialized
WITH a AS MATERIALIZED (SELECT name FROM staff.hr_employee) SELECT id FROM help.users WHERE name IN (SELECT name FROM a);
--@stmt recursive
WITH RECURSIVE r (n, e) AS (SELECT 1, work_email FROM staff.hr_employee UNION ALL SELECT r.n + 1, h.email FROM r JOIN help.users h ON h.email = r.e WHERE r.n < 3) SELECT * FROM r;
--@stmt data modifying with
WITH gone AS (DELETE FROM mail.subscriber RETURNING email) SELECT u.id FROM shop.auth_user u JOIN gone USING (email);
--@stmt insert select
INSERT INTO mail.subscriber (email) SELECT email FROM shop.auth_user WHERE email IS NOT NULL ON CONFLICT DO NOTHING;
--@stmt insert scalar
INSERT INTO help.comments (body) VALUES ((SELECT string_agg(name, ',') FROM staff.hr_employee));
--@stmt insert conflict
INSERT INTO mail.campaign (id, title) VALUES (1, 'x') ON CONFLICT (id) DO UPDATE SET body = (SELECT max(username) FROM shop.auth_user);
--@stmt insert returning
INSERT INTO mail.campaign (title) VALUES ('x') RETURNING id, (SELECT count(*) FROM staff.hr_employee);
--@stmt update from
UPDATE help.users h SET name = e.name FROM staff.hr_employee e WHERE e.work_email = h.email;
--@stmt update scalar
UPDATE shop.auth_user SET first_name = coalesce((SELECT min(first_name) FROM login.user_entity), '');
--@stmt update several
UPDATE shop.auth_user SET (first_name, last_name) = (SELECT coalesce(min(first_name), ''), coalesce(min(last_name), '') FROM login.user_entity);
--@stmt update where
UPDATE shop.orders SET state = 'vip' WHERE user_id IN (SELECT user_id FROM help.tickets);
--@stmt delete using
DELETE FROM help.users h USING login.user_entity u WHERE u.email = h.email;
--@stmt delete returning
DELETE FROM help.comments WHERE id = 1 RETURNING (SELECT count(*) FROM shop.orders);
--@stmt merge into
MERGE INTO help.users h USING login.user_entity u ON u.email = h.email WHEN MATCHED THEN UPDATE SET name = u.first_name WHEN NOT MATCHED THEN DO NOTHING;
--@stmt merge insert
MERGE INTO mail.campaign c USING (SELECT 1 AS id) v ON v.id = c.id WHEN NOT MATCHED THEN INSERT (title) VALUES ((SELECT max(username) FROM shop.auth_user));
--@stmt two sides of a row
SELECT (SELECT count(*) FROM shop.orders) + (SELECT count(*) FROM help.tickets);
--@stmt values
VALUES ((SELECT count(*) FROM shop.orders)), ((SELECT count(*) FROM mail.subscriber));
--@stmt copy
COPY (SELECT u.email FROM shop.auth_user u JOIN mail.subscriber s USING (email)) TO STDOUT;
--@stmt explain
EXPLAIN SELECT 1 FROM shop.orders, staff.hr_employee;
--@stmt cursor
DECLARE c CURSOR FOR SELECT u.id FROM shop.auth_user u JOIN help.users h ON h.email = u.email::text;
--@stmt prepare
PREPARE both_sides AS SELECT u.id FROM shop.auth_user u JOIN help.users h ON h.email = u.email::text;
--@stmt for update of one
SELECT o.id FROM shop.orders o JOIN help.tickets t ON t.user_id = o.user_id FOR UPDATE OF o;
--@stmt block
DO $$ DECLARE n int; BEGIN SELECT count(*) INTO n FROM shop.orders; INSERT INTO help.comments (body) VALUES (n::text); END $$;
--@stmt block with a constant text
DO $$ BEGIN EXECUTE 'INSERT INTO help.comments (body) SELECT email FROM shop.auth_user'; END $$;
--@stmt block that puts a text together
DO $$ BEGIN EXECUTE format('INSERT INTO help.comments (body) SELECT email FROM %I.auth_user', 'shop'); END $$;
--@stmt block in a loop
DO $$ DECLARE r record; BEGIN FOR r IN SELECT email FROM shop.auth_user LOOP PERFORM 1 FROM help.users WHERE email = r.email::text; END LOOP; END $$;
--@stmt block with a cursor
DO $$ DECLARE c CURSOR FOR SELECT wage FROM staff.hr_contract; w numeric; BEGIN OPEN c; FETCH c INTO w; UPDATE shop.orders SET total = w WHERE false; END $$;
--@stmt through a view
SELECT v.email, s.id FROM shop.open_orders v JOIN mail.subscriber s ON s.email = v.email;
--@stmt through a materialized view
SELECT l.n, o.id FROM help.load l CROSS JOIN shop.orders o;
--@stmt through a function
SELECT t.spent, h.email FROM shop.top(5) t JOIN help.users h ON h.id = t.user_id;
--@stmt through a function as a value
SELECT h.id, shop.next_job(h.name) FROM help.users h;
--@stmt through a partition
SELECT d.opened, u.id FROM mail.delivery_2026 d, shop.auth_user u;
--@stmt through an extension
SELECT u.id FROM shop.auth_user u JOIN help.users h ON similarity(u.last_name, h.name) > 0.5;
--@stmt through digests
SELECT u.id FROM shop.auth_user u JOIN mail.subscriber s ON digest(u.email::text, 'sha256') = digest(s.email::text, 'sha256');
--@stmt counts only
SELECT (SELECT count(*) FROM login.user_entity u) - count(*) FROM staff.hr_employee;
--@stmt lock by the other side
SELECT pg_advisory_xact_lock(o.version) FROM shop.orders o WHERE EXISTS (SELECT FROM help.tickets t WHERE t.user_id = o.user_id);
--@stmt told to whoever listens
SELECT pg_notify('x', u.email::text) FROM shop.auth_user u JOIN help.users h ON h.email = u.email::text;
--@stmt whole rows
SELECT to_jsonb(o), to_jsonb(t) FROM shop.orders o JOIN help.tickets t ON t.user_id = o.user_id;
--@stmt sequence of one side for the other
SELECT nextval('help.tickets_id_seq'), id FROM shop.orders;
--@stmt three applications
SELECT 1 FROM shop.orders o, help.tickets t, mail.subscriber s LIMIT 1;
--@stmt sample of the other side
SELECT count(*) FROM shop.orders o, mail.subscriber TABLESAMPLE BERNOULLI (50);
--@stmt json of the other side
SELECT o.id, (SELECT json_agg(e) FROM staff.hr_employee e) FROM shop.orders o;
--@stmt grouping by the other side
SELECT count(*) FROM shop.orders o GROUP BY (SELECT max(name) FROM staff.hr_employee), o.state;
