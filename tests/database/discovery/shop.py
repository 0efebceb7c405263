"""A shop as nobody protected it: what the tests of `init` read."""

from __future__ import annotations

SHOP = """
CREATE SCHEMA crm;
CREATE SCHEMA sales;
CREATE DOMAIN crm.email AS varchar(120);
CREATE TYPE sales.state AS ENUM ('new', 'paid');
CREATE TABLE crm.customer (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, full_name varchar(80), mail crm.email, note text, blob bytea,
  xyzzy varchar(40), created_at timestamptz
);
COMMENT ON COLUMN crm.customer.xyzzy IS 'Date of birth, as the customer wrote it';
CREATE TABLE crm.staff (staff_no serial PRIMARY KEY, last_name text, office_ip inet);
CREATE TABLE sales.orders (
  id bigint PRIMARY KEY, customer_id bigint NOT NULL REFERENCES crm.customer, staff_no int REFERENCES crm.staff,
  state sales.state, total numeric, ordered date
) PARTITION BY RANGE (id);
CREATE TABLE sales.orders_1 PARTITION OF sales.orders FOR VALUES FROM (0) TO (1000);
CREATE TABLE sales.item (
  order_id bigint REFERENCES sales.orders, place int, quantity int, PRIMARY KEY (order_id, place)
);
CREATE TABLE sales.product (sku text PRIMARY KEY, title text, price numeric);
CREATE TABLE sales.contact_note (id int PRIMARY KEY, customer_id bigint, said text, plugh varchar(50));
CREATE VIEW sales.big AS SELECT * FROM sales.orders WHERE total > 1000;
"""

ROWS = """
INSERT INTO crm.customer (full_name, mail, note, xyzzy)
  SELECT 'Zebedee Quux' || n, 'zebedee' || n || '@quux.example',
         'Called about the broken kettle, wants money back ' || n, '1970-01-0' || n % 9
  FROM generate_series(1, 50) n;
INSERT INTO crm.staff (last_name, office_ip) VALUES ('Wintergreen', '203.0.113.77');
INSERT INTO sales.product VALUES ('K-1', 'Kettle', 12);
INSERT INTO sales.contact_note
  SELECT n, n, 'He said that the kettle leaks from below', 'grault' || n || '@garply.example'
  FROM generate_series(1, 20) n;
"""
SECRETS = (
    "Zebedee", "zebedee", "quux", "kettle", "Kettle", "1970-01", "Wintergreen", "203.0.113.77", "K-1", "grault",
    "garply",
)
"""What no answer of the server may contain."""
