-- A small database for generated statements: three parties that may not meet, one pair that may, and ways round.
CREATE SCHEMA shop;
CREATE SCHEMA care;
CREATE SCHEMA ads;
CREATE TABLE shop.buyer (id bigint PRIMARY KEY, name text, mail text, secret text);
CREATE TABLE shop.sale (id bigint PRIMARY KEY, buyer_id bigint, what text, amount text);
CREATE TABLE care.patient (id bigint PRIMARY KEY, name text, illness text);
CREATE TABLE care.visit (id bigint PRIMARY KEY, patient_id bigint, said text);
CREATE TABLE ads.reader (id bigint PRIMARY KEY, mail text, topic text);
CREATE VIEW shop.mails WITH (security_invoker = true) AS SELECT id, mail FROM shop.buyer;
CREATE VIEW shop.borrowed AS SELECT id, topic AS mail FROM ads.reader;
CREATE VIEW care.contacts WITH (security_invoker = true) AS
  SELECT p.id, p.name, b.mail FROM care.patient p JOIN shop.buyer b ON b.id = p.id;
CREATE FUNCTION shop.mail_of(who bigint) RETURNS text LANGUAGE sql STABLE AS 'SELECT mail FROM shop.buyer WHERE id = who';
CREATE FUNCTION ads.topic_of(who bigint) RETURNS text LANGUAGE sql STABLE SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp AS 'SELECT topic FROM ads.reader WHERE id = who';
CREATE FUNCTION care.illness_of(who bigint) RETURNS text LANGUAGE plpgsql STABLE AS
  'BEGIN RETURN (SELECT p.illness FROM care.patient p WHERE p.id = who); END';
INSERT INTO shop.buyer SELECT n, 'b' || n, 'm' || n, 's' FROM generate_series(1, 3) n;
INSERT INTO shop.sale SELECT n, n, 'w' || n, n::text FROM generate_series(1, 3) n;
INSERT INTO care.patient SELECT n, 'b' || n, 'i' || n FROM generate_series(1, 3) n;
INSERT INTO care.visit SELECT n, n, 'x' FROM generate_series(1, 3) n;
INSERT INTO ads.reader SELECT n, 'm' || n, 't' || n FROM generate_series(1, 3) n;
