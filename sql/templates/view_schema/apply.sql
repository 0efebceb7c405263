-- The schema of a purpose's views. It is the guard's alone: a check refuses one that was there before.
CREATE SCHEMA IF NOT EXISTS <<schema>>;
REVOKE ALL ON SCHEMA <<schema>> FROM PUBLIC;
COMMENT ON SCHEMA <<schema>> IS <<comment>>
