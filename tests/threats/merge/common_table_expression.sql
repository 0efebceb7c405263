-- Common table expression
--@attack
WITH x AS MATERIALIZED (SELECT id FROM {b}) SELECT a.email FROM {a} a JOIN x USING (id)
--@control
WITH x AS MATERIALIZED (SELECT id FROM {b}) SELECT a.email FROM {a} a JOIN x USING (id)
