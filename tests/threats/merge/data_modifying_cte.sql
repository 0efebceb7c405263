-- Data-modifying CTE
--@attack
WITH x AS (INSERT INTO {b} (id, email) SELECT id + 1000, email FROM {a} RETURNING id) TABLE x
--@control
WITH x AS (INSERT INTO {a} (id, email) SELECT id + 1000, email FROM {b} RETURNING id) TABLE x
