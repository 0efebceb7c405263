-- What five ordinary applications send, each for its own purpose. Statements end with a line of their own.
--@purpose order
--@stmt django: login lookup
SELECT "auth_user"."id", "auth_user"."password", "auth_user"."last_login", "auth_user"."username" FROM "shop"."auth_user" WHERE "auth_user"."username" = 'ann' LIMIT 21;
--@stmt django: last login
UPDATE "shop"."auth_user" SET "last_login" = '2026-11-26T10:00:00+00:00'::timestamptz WHERE "auth_user"."id" = 1;
--@stmt django: session read
SELECT "session_key", "session_data", "expire_date" FROM "shop"."django_session" WHERE ("expire_date" > now() AND "session_key" = 'x') LIMIT 21;
--@stmt django: session insert
INSERT INTO "shop"."django_session" ("session_key", "session_data", "expire_date", "user_id") VALUES ('k1', 'e30', now() + '14 days'::interval, 1);
--@stmt django: session upsert
INSERT INTO shop.django_session (session_key, session_data, expire_date) VALUES ('k2', 'x', now()) ON CONFLICT (session_key) DO UPDATE SET session_data = EXCLUDED.session_data, expire_date = EXCLUDED.expire_date;
--@stmt django: clear sessions
DELETE FROM "shop"."django_session" WHERE "django_session"."expire_date" < now();
--@stmt django: create user
INSERT INTO "shop"."auth_user" ("password", "username", "first_name", "last_name", "email", "is_active", "date_joined") VALUES ('!', 'bob', 'Bob', 'B', 'B@x.org', true, now()) RETURNING "auth_user"."id";
--@stmt django: bulk create
INSERT INTO "shop"."item" ("order_id", "product_id", "quantity", "price") SELECT * FROM UNNEST(ARRAY['00000000-0000-0000-0000-000000000001'::uuid], ARRAY[1::bigint], ARRAY[2], ARRAY[3.5::numeric]) RETURNING "shop"."item"."id";
--@stmt django: bulk update
UPDATE "shop"."product" SET "price" = (CASE WHEN ("shop"."product"."id" = 1) THEN 2.5 WHEN ("shop"."product"."id" = 2) THEN 3.5 ELSE NULL END)::numeric(10, 2) WHERE "shop"."product"."id" IN (1, 2);
--@stmt django: exists
SELECT 1 AS "a" FROM "shop"."orders" WHERE "orders"."user_id" = 1 LIMIT 1;
--@stmt django: count with annotate
SELECT COUNT(*) FROM (SELECT "u"."id" AS "col1", COUNT("o"."id") AS "n" FROM "shop"."auth_user" "u" LEFT OUTER JOIN "shop"."orders" "o" ON ("u"."id" = "o"."user_id") GROUP BY "u"."id" HAVING COUNT("o"."id") > 1) subquery;
--@stmt django: select related
SELECT "orders"."id", "orders"."total", "auth_user"."id", "auth_user"."email" FROM "shop"."orders" INNER JOIN "shop"."auth_user" ON ("orders"."user_id" = "auth_user"."id") ORDER BY "orders"."placed_at" DESC LIMIT 20;
--@stmt django: prefetch
SELECT "item"."id", "item"."order_id", "item"."quantity" FROM "shop"."item" WHERE "item"."order_id" IN ('00000000-0000-0000-0000-000000000001'::uuid);
--@stmt django: subquery annotation
SELECT "u"."id", (SELECT U0."placed_at" FROM "shop"."orders" U0 WHERE U0."user_id" = ("u"."id") ORDER BY U0."placed_at" DESC LIMIT 1) AS "latest" FROM "shop"."auth_user" "u";
--@stmt django: select for update
SELECT "orders"."id", "orders"."state" FROM "shop"."orders" WHERE "orders"."state" = 'new' LIMIT 5 FOR UPDATE OF "orders" SKIP LOCKED;
--@stmt django: distinct dates
SELECT DISTINCT (DATE_TRUNC('day', "orders"."placed_at" AT TIME ZONE 'UTC'))::date AS "datefield" FROM "shop"."orders" WHERE "orders"."placed_at" IS NOT NULL ORDER BY 1 ASC;
--@stmt django: trigram similarity
SELECT "product"."id", SIMILARITY("product"."name", 'lamp') AS "s" FROM "shop"."product" WHERE "product"."name" % 'lamp' ORDER BY 2 DESC;
--@stmt django: trigram word similarity
SELECT id, WORD_SIMILARITY('lamp', name), 'lamp' <<-> name FROM shop.product WHERE 'lamp' <% name ORDER BY name <-> 'lamp' LIMIT 3;
--@stmt django: unaccent lookup
SELECT "product"."id" FROM "shop"."product" WHERE UNACCENT("product"."name")::text LIKE '%' || UPPER(UNACCENT('caf')) || '%';
--@stmt django: full text
SELECT id, ts_rank(search, plainto_tsquery('simple', 'lamp')) AS rank, ts_headline('simple', name, to_tsquery('simple', 'lamp')) FROM shop.product WHERE search @@ websearch_to_tsquery('simple', 'lamp');
--@stmt django: hstore
SELECT id, more -> 'colour', more ? 'size', avals(more), hstore_to_jsonb(more) FROM shop.product WHERE more @> 'colour=>red'::hstore AND more ?| ARRAY['size'];
--@stmt django: hstore update
UPDATE shop.product SET more = coalesce(more, '') || hstore('colour', 'red') - 'size'::text WHERE id = 1;
--@stmt django: citext
SELECT id FROM shop.auth_user WHERE email = 'B@X.ORG' OR email LIKE 'b%' OR email IN ('a@x.org', 'c@x.org') ORDER BY email;
--@stmt django: regex on citext
SELECT id, split_part(email::text, '@', 2), regexp_replace(email, '@.*', '') FROM shop.auth_user WHERE email ~ '^b.*';
--@stmt django: array of ints
SELECT id, icount(tags), sort(tags), uniq(sort(tags)), idx(tags, 3) FROM shop.product WHERE tags && ARRAY[1, 2] AND tags @@ '1&(2|3)'::query_int AND NOT tags @> ARRAY[9];
--@stmt intarray arithmetic
UPDATE shop.product SET tags = (tags + 5) - 3 | 7 WHERE id = 2 RETURNING #tags;
--@stmt ltree
SELECT id, nlevel(path), subpath(path, 0, 1), path || 'x', lca(path, 'a.b') FROM shop.category WHERE path <@ 'a' AND path ~ 'a.*{1}' AND path @ 'b';
--@stmt mptt move
UPDATE shop.category SET lft = CASE WHEN lft > 5 THEN lft + 2 ELSE lft END, rght = CASE WHEN rght >= 5 THEN rght + 2 ELSE rght END WHERE rght >= 5;
--@stmt category tree
WITH RECURSIVE tree AS (SELECT id, name, 1 AS depth FROM shop.category WHERE path IS NULL UNION ALL SELECT c.id, c.name, t.depth + 1 FROM shop.category c JOIN tree t ON c.lft = t.id WHERE t.depth < 9) SELECT * FROM tree ORDER BY depth;
--@stmt password by pgcrypto
UPDATE shop.auth_user SET password = crypt('secret', gen_salt('bf', 4)) WHERE id = 1;
--@stmt check password by pgcrypto
SELECT password = crypt('secret', password) AS ok FROM shop.auth_user WHERE username = 'ann';
--@stmt digest
SELECT encode(digest(email::text, 'sha256'), 'hex'), encode(hmac('a', 'b', 'sha1'), 'base64') FROM shop.auth_user;
--@stmt encrypt
SELECT pgp_sym_decrypt(pgp_sym_encrypt(username, 'key'), 'key') FROM shop.auth_user WHERE id = 1;
--@stmt random bytes
SELECT gen_random_uuid(), encode(gen_random_bytes(8), 'hex');
--@stmt order with default uuid
INSERT INTO shop.orders (user_id, total) VALUES (1, 10) RETURNING id, placed_at;
--@stmt order state with trigger
UPDATE shop.orders SET state = 'paid', version = version + 1 WHERE user_id = 1 AND version = 1 RETURNING version;
--@stmt delete order
DELETE FROM shop.orders WHERE state = 'void';
--@stmt delete user with cascade
DELETE FROM shop.auth_user WHERE id = 99;
--@stmt product with trigger that uses unaccent
INSERT INTO shop.product (name, price) VALUES ('café', 1) RETURNING id;
--@stmt rename product
UPDATE shop.product SET name = 'thé' WHERE id = 3;
--@stmt identity asked for
SELECT currval(pg_get_serial_sequence('shop.product', 'id')) WHERE false;
--@stmt serial asked for
SELECT nextval('shop.item_id_seq'::regclass);
--@stmt serial asked for by quoted name
SELECT nextval('"shop"."item_id_seq"'), lastval();
--@stmt job insert with notify
INSERT INTO shop.job (kind, args) VALUES ('mail', '{"to": 1}') RETURNING id;
--@stmt jobs insert many
INSERT INTO shop.job (queue, kind, args, run_at) VALUES ('a', 'x', '{}', now()), ('b', 'y', '[]', now() + interval '1 hour');
--@stmt job fetch by function
SELECT * FROM shop.next_job('default');
--@stmt job fetch
WITH picked AS (SELECT id FROM shop.job WHERE queue = 'default' AND state = 'ready' AND run_at <= now() ORDER BY run_at, id LIMIT 10 FOR UPDATE SKIP LOCKED) UPDATE shop.job SET state = 'running', attempts = attempts + 1 FROM picked WHERE job.id = picked.id RETURNING job.*;
--@stmt job done
DELETE FROM shop.job WHERE id = ANY ('{1,2}'::bigint[]);
--@stmt job stats
SELECT queue, state, count(*), min(run_at) FROM shop.job GROUP BY GROUPING SETS ((queue, state), (queue), ()) ORDER BY 1, 2;
--@stmt wake workers
NOTIFY jobs, 'wake';
--@stmt wake workers by function
SELECT pg_notify('jobs', 'wake');
--@stmt lock a key
SELECT pg_advisory_xact_lock(42);
--@stmt lock a key of two
SELECT pg_try_advisory_xact_lock(hashtext('orders'), 7);
--@stmt lock by row
SELECT pg_try_advisory_xact_lock(id) FROM shop.job WHERE state = 'ready' LIMIT 1;
--@stmt function with a constant text
SELECT * FROM shop.top(5);
--@stmt function on a column
SELECT id, shop.plain(name) FROM shop.product ORDER BY shop.plain(name);
--@stmt view
SELECT email, total FROM shop.open_orders WHERE user_id = 1;
--@stmt unprotected table
SELECT c.name, count(*) FROM public.country c CROSS JOIN shop.orders o GROUP BY c.name;
--@stmt window
SELECT user_id, total, sum(total) OVER (PARTITION BY user_id ORDER BY placed_at ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW), rank() OVER w FROM shop.orders WINDOW w AS (ORDER BY total DESC);
--@stmt lateral
SELECT u.id, x.total FROM shop.auth_user u CROSS JOIN LATERAL (SELECT o.total FROM shop.orders o WHERE o.user_id = u.id ORDER BY o.placed_at DESC LIMIT 3) x;
--@stmt json
SELECT o.id, json_agg(json_build_object('p', i.product_id, 'q', i.quantity) ORDER BY i.id) FROM shop.orders o JOIN shop.item i ON i.order_id = o.id GROUP BY o.id;
--@stmt jsonb operators
SELECT id, args ->> 'to', args #>> '{a,b}', jsonb_path_query_first(args, '$.to') FROM shop.job WHERE args @> '{"to": 1}' AND args ? 'to';
--@stmt expand jsonb
SELECT j.id, e.key, e.value FROM shop.job j, jsonb_each_text(j.args) e;
--@stmt series of days
SELECT d::date, coalesce(sum(o.total), 0) FROM generate_series(current_date - 7, current_date, interval '1 day') d LEFT JOIN shop.orders o ON o.placed_at::date = d::date GROUP BY 1 ORDER BY 1;
--@stmt percentiles
SELECT percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY total), mode() WITHIN GROUP (ORDER BY state), count(*) FILTER (WHERE state = 'new') FROM shop.orders;
--@stmt sounds alike
SELECT id FROM shop.auth_user WHERE soundex(last_name) = soundex('Smith') OR levenshtein(lower(last_name), 'smith') <= 2 OR dmetaphone(last_name) = 'SM0';
--@stmt merge stock
MERGE INTO shop.product p USING (VALUES (1::bigint, 5), (2, 7)) v (id, n) ON p.id = v.id WHEN MATCHED THEN UPDATE SET stock = p.stock + v.n WHEN NOT MATCHED THEN DO NOTHING;
--@stmt values join
UPDATE shop.product p SET stock = v.stock FROM (VALUES (1::bigint, 3), (2, 4)) AS v (id, stock) WHERE p.id = v.id;
--@stmt keyset page
SELECT id, placed_at FROM shop.orders WHERE (placed_at, id) < (now(), '00000000-0000-0000-0000-000000000001') ORDER BY placed_at DESC, id DESC LIMIT 20;
--@stmt savepoint
SAVEPOINT s1;
--@stmt local timeout
SET LOCAL statement_timeout = '5s';
--@stmt explain
EXPLAIN SELECT * FROM shop.orders WHERE user_id = 1;
--@stmt copy out
COPY (SELECT id, name FROM shop.product) TO STDOUT;
--@stmt block
DO $$ DECLARE r record; BEGIN FOR r IN SELECT id FROM shop.orders WHERE state = 'new' LOOP UPDATE shop.orders SET state = 'late' WHERE id = r.id; END LOOP; END $$;
--@stmt block with a constant text
DO $$ BEGIN EXECUTE 'UPDATE shop.product SET stock = 0 WHERE id = $1' USING 1; END $$;
--@stmt cursor
DECLARE c NO SCROLL CURSOR FOR SELECT id FROM shop.orders;
--@stmt catalog
SELECT c.relname, a.attname FROM pg_catalog.pg_class c JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid WHERE c.relname = 'orders' AND a.attnum > 0;
--@stmt information schema
SELECT column_name, data_type FROM information_schema.columns WHERE table_schema = 'shop' AND table_name = 'orders';
--@stmt ping
SELECT 1;
--@stmt version
SELECT version(), current_database(), pg_backend_pid(), current_setting('server_version_num'), txid_current();
--@stmt random row
SELECT id FROM shop.product ORDER BY random() LIMIT 1;
--@stmt sample
SELECT count(*) FROM shop.product TABLESAMPLE SYSTEM (10);
--@purpose care
--@stmt rails: find
SELECT "users".* FROM "help"."users" WHERE "users"."id" = 1 LIMIT 1;
--@stmt rails: find by email
SELECT "users"."id", "users"."email" FROM "help"."users" WHERE LOWER("users"."email") = LOWER('a@x.org') ORDER BY "users"."id" ASC LIMIT 1;
--@stmt rails: create
INSERT INTO "help"."users" ("email", "name", "encrypted_password", "created_at", "updated_at") VALUES ('a@x.org', 'A', 'x', now(), now()) RETURNING "id";
--@stmt rails: insert all
INSERT INTO "help"."comments" ("ticket_id","body") VALUES (NULL, 'x'), (NULL, 'y') ON CONFLICT DO NOTHING RETURNING "id";
--@stmt rails: upsert all
INSERT INTO "help"."tickets" ("id","subject","created_at","updated_at") VALUES (77, 'x', CURRENT_TIMESTAMP, CURRENT_TIMESTAMP) ON CONFLICT ("id") DO UPDATE SET updated_at = (CASE WHEN ("tickets"."subject" IS NOT DISTINCT FROM excluded."subject") THEN "tickets".updated_at ELSE CURRENT_TIMESTAMP END), "subject" = excluded."subject" RETURNING "id";
--@stmt rails: optimistic lock
UPDATE "help"."tickets" SET "status" = 1, "lock_version" = 2, "updated_at" = now() WHERE "tickets"."id" = 1 AND "tickets"."lock_version" = 1;
--@stmt rails: counter
UPDATE "help"."users" SET "sign_in_count" = COALESCE("sign_in_count", 0) + 1 WHERE "users"."id" = 1;
--@stmt rails: destroy with old rows
DELETE FROM "help"."tickets" WHERE "tickets"."id" = 5;
--@stmt rails: includes
SELECT "tickets"."id" AS t0_r0, "tickets"."subject" AS t0_r1, "users"."id" AS t1_r0, "users"."name" AS t1_r1 FROM "help"."tickets" LEFT OUTER JOIN "help"."users" ON "users"."id" = "tickets"."user_id" WHERE "tickets"."status" IN (0, 1);
--@stmt rails: where missing
SELECT "tickets".* FROM "help"."tickets" LEFT OUTER JOIN "help"."comments" ON "comments"."ticket_id" = "tickets"."id" WHERE "comments"."id" IS NULL;
--@stmt rails: group count
SELECT COUNT(*) AS "count_all", "tickets"."status" AS "tickets_status" FROM "help"."tickets" GROUP BY "tickets"."status";
--@stmt rails: find in batches
SELECT "tickets"."id" FROM "help"."tickets" WHERE "tickets"."id" > 0 ORDER BY "tickets"."id" ASC LIMIT 1000;
--@stmt rails: pluck
SELECT DISTINCT "tickets"."user_id" FROM "help"."tickets" WHERE "tickets"."created_at" BETWEEN '2026-01-01' AND '2026-12-31';
--@stmt rails: lock
SELECT "tickets".* FROM "help"."tickets" WHERE "tickets"."id" = 1 LIMIT 1 FOR UPDATE;
--@stmt rails: advisory lock of a gem
SELECT pg_try_advisory_xact_lock(2043219087, 0) AS t0;
--@stmt rails: next id
SELECT nextval('"help"."tickets_id_seq"');
--@stmt rails: table exists
SELECT c.relname FROM pg_class c LEFT JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = ANY (current_schemas(false)) AND c.relname = 'tickets' AND c.relkind IN ('r','v','m','p','f');
--@stmt rails: column definitions
SELECT a.attname, format_type(a.atttypid, a.atttypmod), pg_get_expr(d.adbin, d.adrelid), a.attnotnull, c.collname, col_description(a.attrelid, a.attnum) AS comment FROM pg_attribute a LEFT JOIN pg_attrdef d ON a.attrelid = d.adrelid AND a.attnum = d.adnum LEFT JOIN pg_collation c ON a.attcollation = c.oid WHERE a.attrelid = '"help"."tickets"'::regclass AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum;
--@stmt rails: positions
UPDATE "help"."tickets" SET "position" = ("tickets"."position" + 1) WHERE ("tickets"."position" >= 3);
--@stmt rails: jsonb store
UPDATE help.tickets SET metadata = jsonb_set(metadata, '{seen}', 'true', true) - 'old' WHERE id = 1;
--@stmt rails: versions of an item
SELECT "versions".* FROM "help"."versions" WHERE "versions"."item_type" = 'tickets' AND "versions"."item_id" = 1 ORDER BY "versions"."created_at" ASC, "versions"."id" ASC;
--@stmt rails: search
SELECT "tickets".*, ts_rank(to_tsvector('simple', coalesce(subject, '') || ' ' || coalesce(body, '')), to_tsquery('simple', 'printer:*')) FROM "help"."tickets" WHERE to_tsvector('simple', coalesce(subject, '')) @@ to_tsquery('simple', 'printer:*');
--@stmt rails: delete all through a subquery
DELETE FROM "help"."comments" WHERE "comments"."id" IN (SELECT "comments"."id" FROM "help"."comments" INNER JOIN "help"."tickets" ON "tickets"."id" = "comments"."ticket_id" WHERE "tickets"."status" = 9);
--@stmt rails: delete user with cascade
DELETE FROM "help"."users" WHERE "users"."id" = 999;
--@stmt rails: release savepoint
SAVEPOINT active_record_1;
--@stmt rails: load materialized
SELECT "load"."status", "load"."n" FROM "help"."load";
--@stmt rails: union
(SELECT id, subject AS text FROM help.tickets) UNION ALL (SELECT id, body FROM help.comments) ORDER BY id LIMIT 10;
--@stmt rails: intervals
SELECT avg(EXTRACT(EPOCH FROM (updated_at - created_at)) / 3600.0) FROM help.tickets WHERE created_at > now() - interval '30 days';
--@stmt rails: quoted array
SELECT id FROM help.tickets WHERE id = ANY (string_to_array('1,2,3', ',')::bigint[]);
--@purpose news
--@stmt mailer: subscribe
INSERT INTO mail.subscriber (email, lists) VALUES ('Ann@x.org', '{1}') ON CONFLICT (email) DO UPDATE SET lists = uniq(sort(subscriber.lists | excluded.lists)) RETURNING id, token;
--@stmt mailer: confirm
UPDATE mail.subscriber SET confirmed_at = now() WHERE token = 'x' AND confirmed_at IS NULL RETURNING email;
--@stmt mailer: unsubscribe
DELETE FROM mail.subscriber WHERE email = 'ann@x.org';
--@stmt mailer: recipients
SELECT s.id, s.email FROM mail.subscriber s WHERE s.confirmed_at IS NOT NULL AND s.lists @> '{1}' AND NOT EXISTS (SELECT FROM mail.delivery d WHERE d.subscriber_id = s.id AND d.campaign_id = 1) LIMIT 500;
--@stmt mailer: plan deliveries
INSERT INTO mail.delivery (subscriber_id, campaign_id) SELECT s.id, c.id FROM mail.subscriber s, mail.campaign c WHERE c.id = 1 AND s.confirmed_at IS NOT NULL;
--@stmt mailer: opened
UPDATE mail.delivery SET opened = opened + 1 WHERE subscriber_id = '00000000-0000-0000-0000-000000000001' AND campaign_id = 1;
--@stmt mailer: rates
SELECT c.title, count(d.*), round(100.0 * count(*) FILTER (WHERE d.opened > 0) / nullif(count(*), 0), 1) FROM mail.campaign c LEFT JOIN mail.delivery d ON d.campaign_id = c.id GROUP BY c.title;
--@stmt mailer: one partition
SELECT count(*) FROM mail.delivery_2026 WHERE opened = 0;
--@stmt mailer: old deliveries
DELETE FROM mail.delivery WHERE sent_at < '2026-01-01';
--@stmt mailer: domains
SELECT split_part(email::text, '@', 2) AS domain, count(*) FROM mail.subscriber GROUP BY 1 ORDER BY 2 DESC;
--@stmt mailer: new token
UPDATE mail.subscriber SET token = replace(uuid_generate_v4()::text, '-', '') WHERE id = uuid_nil();
--@stmt mailer: stable key
SELECT uuid_generate_v5(uuid_ns_url(), 'https://x.org'), uuid_generate_v1mc();
--@stmt mailer: campaign
INSERT INTO mail.campaign (title, body) VALUES ('News', E'line\nline') RETURNING id;
--@stmt mailer: number of a campaign
SELECT setval_free.n FROM (SELECT max(id) + 1 AS n FROM mail.campaign) setval_free;
--@purpose employ
--@stmt odoo: search
SELECT "hr_employee"."id" FROM "staff"."hr_employee" WHERE (("hr_employee"."active" = TRUE) AND ("hr_employee"."name" ILIKE '%an%')) ORDER BY "hr_employee"."name" LIMIT 80;
--@stmt odoo: read
SELECT "hr_employee"."id", "hr_employee"."name", "hr_employee"."create_date" AT TIME ZONE 'UTC', "hr_employee__department_id"."name" FROM "staff"."hr_employee" LEFT JOIN "staff"."hr_department" AS "hr_employee__department_id" ON ("hr_employee"."department_id" = "hr_employee__department_id"."id") WHERE "hr_employee"."id" IN (1, 2, 3);
--@stmt odoo: create
INSERT INTO "staff"."hr_employee" ("create_date", "create_uid", "name", "write_date", "write_uid") VALUES ((now() at time zone 'UTC'), 2, 'Ann', (now() at time zone 'UTC'), 2) RETURNING "id";
--@stmt odoo: write
UPDATE "staff"."hr_employee" SET "name" = "__tmp"."name"::varchar, "write_date" = "__tmp"."write_date"::timestamp FROM (VALUES (1, 'Ann', '2026-11-26 10:00:00')) AS "__tmp"("id", "name", "write_date") WHERE "hr_employee"."id" = "__tmp"."id";
--@stmt odoo: lock rows
SELECT 1 FROM "staff"."hr_employee" WHERE id IN (1) FOR NO KEY UPDATE NOWAIT;
--@stmt odoo: read group
SELECT min("hr_leave".id) AS id, count("hr_leave".id) AS "employee_id_count", "hr_leave"."employee_id" AS "employee_id" FROM "staff"."hr_leave" GROUP BY "hr_leave"."employee_id" ORDER BY "employee_id";
--@stmt odoo: parent path
UPDATE staff.hr_department child SET parent_path = concat(node.parent_path, substr(child.parent_path, 3)) FROM staff.hr_department node WHERE node.id = 1 AND child.parent_path LIKE concat(node.parent_path, '%');
--@stmt odoo: number
SELECT nextval('staff.payslip_number');
--@stmt odoo: unlink
DELETE FROM "staff"."hr_leave" WHERE id IN (5, 6);
--@stmt odoo: delete department with set null
DELETE FROM staff.hr_department WHERE id = 77;
--@stmt odoo: contract without overlap
INSERT INTO staff.hr_contract (employee_id, wage, date_start, date_end) VALUES (NULL, 1000, '2026-01-01', '2026-06-30') RETURNING id;
--@stmt odoo: wages
SELECT d.name, avg(c.wage), stddev_pop(c.wage) FROM staff.hr_contract c JOIN staff.hr_employee e ON e.id = c.employee_id JOIN staff.hr_department d ON d.id = e.department_id WHERE c.state = 'open' AND daterange(c.date_start, c.date_end, '[]') @> current_date GROUP BY ROLLUP (d.name);
--@stmt odoo: birthdays
SELECT name FROM staff.hr_employee WHERE to_char(birthday, 'MM-DD') = to_char(current_date, 'MM-DD') AND age(birthday) > interval '18 years';
--@stmt odoo: field values by case
SELECT id, CASE WHEN date_to IS NULL THEN 'open' WHEN date_to < now() THEN 'done' ELSE 'planned' END FROM staff.hr_leave;
--@stmt odoo: savepoint
SAVEPOINT "a1b2c3";
--@purpose access
--@stmt keycloak: realm
select r.id, r.name, r.enabled from login.realm r where r.name='shop';
--@stmt keycloak: user by name
select u1_0.ID,u1_0.CREATED_TIMESTAMP,u1_0.EMAIL,u1_0.ENABLED from login.USER_ENTITY u1_0 where u1_0.USERNAME='ann' and u1_0.REALM_ID='r';
--@stmt keycloak: user insert
insert into login.USER_ENTITY (CREATED_TIMESTAMP,EMAIL,EMAIL_CONSTRAINT,ENABLED,FIRST_NAME,LAST_NAME,NOT_BEFORE,REALM_ID,USERNAME,ID) values (1,'a@x.org','a@x.org',true,'A','B',0,'r','a1','u1');
--@stmt keycloak: credentials
select c1_0.USER_ID,c1_0.ID,c1_0.CREDENTIAL_DATA,c1_0.PRIORITY,c1_0.SALT,c1_0.SECRET_DATA,c1_0.TYPE,c1_0.USER_LABEL from login.CREDENTIAL c1_0 where c1_0.USER_ID='u1' order by c1_0.PRIORITY;
--@stmt keycloak: roles of a user
select m.ROLE_ID, k.NAME from login.USER_ROLE_MAPPING m join login.KEYCLOAK_ROLE k on k.ID = m.ROLE_ID where m.USER_ID = 'u1' and k.REALM = 'r';
--@stmt keycloak: attribute search
select count(distinct u.ID) from login.USER_ENTITY u left join login.USER_ATTRIBUTE a on u.ID=a.USER_ID where u.REALM_ID='r' and lower(a.NAME)='team' and lower(a.VALUE) like 'x%' escape '\';
--@stmt keycloak: session upsert
insert into login.OFFLINE_USER_SESSION as s (USER_SESSION_ID, USER_ID, REALM_ID, CREATED_ON, OFFLINE_FLAG, DATA, VERSION) values ('s', 'u', 'r', 1, '0', '{}', 0) on conflict (USER_SESSION_ID, OFFLINE_FLAG) do update set DATA = excluded.DATA, VERSION = s.VERSION + 1 where s.VERSION = 0;
--@stmt keycloak: expired sessions
delete from login.OFFLINE_USER_SESSION where REALM_ID='r' and OFFLINE_FLAG='1' and LAST_SESSION_REFRESH<100;
--@stmt keycloak: versioned update
update login.OFFLINE_USER_SESSION set DATA='{}',VERSION=1 where USER_SESSION_ID='s' and OFFLINE_FLAG='0' and VERSION=0;
--@stmt keycloak: event
insert into login.EVENT_ENTITY (CLIENT_ID,DETAILS_JSON,ERROR,EVENT_TIME,IP_ADDRESS,REALM_ID,TYPE,USER_ID,ID) values ('c','{}',null,1,'10.0.0.1','r','LOGIN','u','e1');
--@stmt keycloak: old events
delete from login.EVENT_ENTITY where EVENT_TIME < 1 and REALM_ID = 'r';
--@stmt keycloak: failures by address
select IP_ADDRESS, count(*) from login.EVENT_ENTITY where TYPE = 'LOGIN_ERROR' group by IP_ADDRESS having count(*) > 3 order by 2 desc fetch first 10 rows only;
--@stmt keycloak: groups of json
select e.TYPE, json_object_agg(e.ID, e.DETAILS_JSON::json) from login.EVENT_ENTITY e where e.ERROR is null group by e.TYPE;
--@stmt keycloak: disable
update login.USER_ENTITY set ENABLED=false, NOT_BEFORE=extract(epoch from now())::int where ID='u1';
--@stmt keycloak: delete user step one
delete from login.USER_ROLE_MAPPING where USER_ID in (select u.ID from login.USER_ENTITY u where u.REALM_ID='gone');
--@purpose audit
--@stmt audit: orders alone
SELECT state, count(*) FROM shop.orders GROUP BY state;
--@stmt audit: staff alone
SELECT e.name, c.wage FROM staff.hr_employee e JOIN staff.hr_contract c ON c.employee_id = e.id;
--@stmt audit: logins alone
SELECT type, count(*) FROM login.event_entity WHERE event_time > 0 GROUP BY type;
