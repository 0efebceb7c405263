-- What partitions and heirs bring along when their parent is written; and what is theirs alone.

--@stmt insert routed
INSERT INTO crm.part (id, note) VALUES (2, 'x');

--@stmt insert routed deeper
INSERT INTO crm.part (id, place, note) VALUES (13, 'b', 'x');

--@stmt insert routed by select
INSERT INTO crm.part SELECT id + 1, place, note FROM crm.part WHERE id < 5;

--@stmt insert into the partition
INSERT INTO crm.part_low (id, note) VALUES (2, 'x');

--@stmt insert into a partition without
INSERT INTO crm.part_high_a (id, place, note) VALUES (14, 'a', 'x');

--@stmt insert into the partition between
INSERT INTO crm.part_high (id, place, note) VALUES (14, 'b', 'x');

--@stmt update routed
UPDATE crm.part SET note = 'x';

--@stmt update of the partition
UPDATE crm.part_high_a SET note = 'x';

--@stmt update of another partition
UPDATE crm.part_low SET note = 'x';

--@stmt update that moves rows
UPDATE crm.root_part SET id = 11 WHERE id = 1;

--@stmt update that moves no rows
UPDATE crm.root_part SET note = 'x';

--@stmt update that moves rows in
UPDATE crm.part SET id = 2 WHERE id = 11;

--@stmt delete routed
DELETE FROM crm.part;

--@stmt delete of the partition
DELETE FROM crm.part_high_a;

--@stmt delete of another partition
DELETE FROM crm.part_low;

--@stmt delete with trigger of the root
DELETE FROM crm.root_part;

--@stmt delete of a partition with trigger of the root
DELETE FROM crm.root_low;

--@stmt merge routed
MERGE INTO crm.part p USING crm.typed t ON p.id = t.id WHEN MATCHED THEN UPDATE SET note = 'y' WHEN NOT MATCHED THEN INSERT (id, note) VALUES (3, 'x');

--@stmt merge delete routed
MERGE INTO crm.part p USING (VALUES (11)) v (id) ON p.id = v.id WHEN MATCHED THEN DELETE;

--@stmt statement trigger of a partition
INSERT INTO crm.statement_part VALUES (2, 'x');

--@stmt statement trigger of a partition named
INSERT INTO crm.statement_low VALUES (2, 'x');

--@stmt statement trigger on update
UPDATE crm.statement_part SET note = 'x';

--@stmt key of partitions
INSERT INTO crm.placed VALUES (1, 'x');

--@stmt key of partitions on the partition
INSERT INTO crm.placed_low VALUES (1, 'x');

--@stmt key of partitions on update
UPDATE crm.placed SET id = 2;

--@stmt insert into the parent
INSERT INTO crm.base VALUES (9, 'x');

--@stmt update of the parent
UPDATE crm.base SET note = 'x';

--@stmt update of the parent only
UPDATE ONLY crm.base SET note = 'x';

--@stmt update of the heir only
UPDATE ONLY crm.heir SET note = 'x';

--@stmt update of the last heir
UPDATE crm.heir_of_heir SET note = 'x';

--@stmt delete of the parent
DELETE FROM crm.base;

--@stmt delete of the parent only
DELETE FROM ONLY crm.base;

--@stmt delete of the heir
DELETE FROM crm.heir WHERE id = 2;

--@stmt cascade into partitions
DELETE FROM crm.parent_of_parts WHERE id = 1;

--@stmt cascade of an update into partitions
UPDATE crm.parent_of_parts SET id = 5 WHERE id = 1;

--@stmt update of the parent in a cte
WITH u AS (UPDATE crm.base SET note = 'x' RETURNING id) SELECT id FROM u;

--@stmt read the parent
SELECT id FROM crm.base;

--@stmt read the partitioned
SELECT note FROM crm.part WHERE id < 5;
