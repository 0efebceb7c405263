-- Defaults that run code: left out, asked for by name, of domains, through views, by foreign keys; and columns that are given.

--@stmt left out
INSERT INTO crm.one_default (id) VALUES (2);

--@stmt given
INSERT INTO crm.one_default (id, rate) VALUES (2, 'x');

--@stmt given without list
INSERT INTO crm.one_default VALUES (2, 'x');

--@stmt default keyword
INSERT INTO crm.one_default (id, rate) VALUES (2, DEFAULT);

--@stmt default keyword without list
INSERT INTO crm.one_default VALUES (2, DEFAULT);

--@stmt default keyword in second row
INSERT INTO crm.one_default (id, rate) VALUES (2, 'x'), (3, DEFAULT);

--@stmt default values
INSERT INTO crm.domain_default DEFAULT VALUES;

--@stmt short row
INSERT INTO crm.one_default VALUES (2);

--@stmt select
INSERT INTO crm.one_default (id) SELECT 2;

--@stmt select all given
INSERT INTO crm.one_default (id, rate) SELECT 2, 'x';

--@stmt on conflict
INSERT INTO crm.no_default VALUES (1, 'x') ON CONFLICT (id) DO UPDATE SET rate = DEFAULT;

--@stmt on conflict default
INSERT INTO crm.one_default VALUES (1, 'x') ON CONFLICT (id) DO UPDATE SET rate = DEFAULT;

--@stmt on conflict given
INSERT INTO crm.one_default VALUES (1, 'x') ON CONFLICT (id) DO UPDATE SET rate = 'y';

--@stmt of a domain left out
INSERT INTO crm.domain_default (id) VALUES (1);

--@stmt of a domain by keyword
INSERT INTO crm.domain_default (id, rate) VALUES (1, DEFAULT);

--@stmt of a domain given
INSERT INTO crm.domain_default (id, rate) VALUES (1, 'x');

--@stmt of a domain overruled
INSERT INTO crm.defaulting (id, rate, domained, again) VALUES (1, 'a', 'b', 'c');

--@stmt of a domain on update
UPDATE crm.domain_default SET rate = DEFAULT WHERE id IS NULL OR id > 0 OR true;

--@stmt one of many left out
INSERT INTO crm.defaulting (id, rate, domained) VALUES (1, 'a', 'b');

--@stmt with a cast to a domain
INSERT INTO crm.cast_default (id) VALUES (1);

--@stmt with a cast to a domain, given
INSERT INTO crm.cast_default VALUES (1, 'x');

--@stmt check with a cast to a domain
INSERT INTO crm.checked_cast VALUES (1, 'x');

--@stmt update to default
UPDATE crm.one_default SET rate = DEFAULT;

--@stmt update to default in a row
UPDATE crm.one_default SET (id, rate) = (1, DEFAULT);

--@stmt update given
UPDATE crm.one_default SET rate = 'x';

--@stmt update other column to default
UPDATE crm.defaulting SET note = DEFAULT;

--@stmt update other column
UPDATE crm.defaulting SET note = 'x';

--@stmt merge insert left out
MERGE INTO crm.one_default d USING crm.typed t ON d.id = t.id + 7 WHEN NOT MATCHED THEN INSERT (id) VALUES (9);

--@stmt merge insert keyword
MERGE INTO crm.one_default d USING crm.typed t ON d.id = t.id + 7 WHEN NOT MATCHED THEN INSERT (id, rate) VALUES (9, DEFAULT);

--@stmt merge insert given
MERGE INTO crm.one_default d USING crm.typed t ON d.id = t.id + 7 WHEN NOT MATCHED THEN INSERT (id, rate) VALUES (9, 'x');

--@stmt merge insert without list
MERGE INTO crm.one_default d USING crm.typed t ON d.id = t.id + 7 WHEN NOT MATCHED THEN INSERT VALUES (9, DEFAULT);

--@stmt merge insert default values
MERGE INTO crm.domain_default d USING crm.typed t ON d.id = t.id + 7 WHEN NOT MATCHED THEN INSERT DEFAULT VALUES;

--@stmt merge update default
MERGE INTO crm.one_default d USING crm.typed t ON d.id = t.id WHEN MATCHED THEN UPDATE SET rate = DEFAULT;

--@stmt merge update given
MERGE INTO crm.one_default d USING crm.typed t ON d.id = t.id WHEN MATCHED THEN UPDATE SET rate = 'x';

--@stmt view of a table with default
INSERT INTO crm.one_default_view (id) VALUES (2);

--@stmt view by keyword
INSERT INTO crm.one_default_view (id, rate) VALUES (2, DEFAULT);

--@stmt view given
INSERT INTO crm.one_default_view (id, rate) VALUES (2, 'x');

--@stmt view update to default
UPDATE crm.one_default_view SET rate = DEFAULT;

--@stmt default of the view itself
INSERT INTO crm.view_default (id) VALUES (3);

--@stmt default of the view itself by keyword
INSERT INTO crm.view_default (id, rate) VALUES (3, DEFAULT);

--@stmt default of the view itself given
INSERT INTO crm.view_default (id, rate) VALUES (3, 'x');

--@stmt foreign key sets default
DELETE FROM crm.no_default WHERE id = 2;

--@stmt generated
INSERT INTO crm.generating (id, note) VALUES (2, 'x');

--@stmt generated on update
UPDATE crm.generating SET note = 'x';

--@stmt index expression
INSERT INTO crm.indexed VALUES (2, 'x');

--@stmt index expression on update
UPDATE crm.indexed SET note = 'x';

--@stmt index predicate
INSERT INTO crm.partly_indexed VALUES (2, 'x');

--@stmt in a function
SELECT public.with_default('a', 'b');

--@stmt copy to
COPY crm.one_default TO STDOUT;
