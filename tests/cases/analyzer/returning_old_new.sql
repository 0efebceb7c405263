-- RETURNING with old and new, from PostgreSQL 18 on.

--@stmt update old new
--@since 18
UPDATE sales.product SET price = 1 RETURNING old.price, new.price;

--@stmt update with aliases
--@since 18
UPDATE sales.product SET price = 1 RETURNING WITH (OLD AS before, NEW AS after) before.name, after.price;

--@stmt insert new
--@since 18
INSERT INTO sales.product (name, price) VALUES ('x', 1) RETURNING new.id;

--@stmt insert old
--@since 18
INSERT INTO sales.product (id, name, price) VALUES (1, 'x', 1) ON CONFLICT (id) DO UPDATE SET name = 'z' RETURNING old.name;

--@stmt delete old
--@since 18
DELETE FROM sales.gift RETURNING old.greeting;

--@stmt old whole row
--@since 18
UPDATE sales.product SET price = 1 RETURNING old;

--@stmt old star
--@since 18
UPDATE sales.product SET price = 1 RETURNING old.*;

--@stmt old in function
--@since 18
UPDATE crm.customer SET phone = '1' WHERE id = 1 RETURNING crm.shout(old);

--@stmt old in subselect
--@since 18
UPDATE sales.product SET price = 1 RETURNING (SELECT max(g.greeting) FROM sales.gift g WHERE g.id = old.id);

--@stmt merge old new
--@since 18
MERGE INTO sales.product p USING sales.gift g ON p.id = g.id WHEN MATCHED THEN UPDATE SET name = 'x' RETURNING old.name, new.name;

--@stmt virtual generated
--@since 18
SELECT initial FROM crm.customer;
