-- A schema of depersonalized views. It is the guard's alone: a check refuses one that was there before.
CREATE SCHEMA IF NOT EXISTS <<schema>>;
REVOKE ALL ON SCHEMA <<schema>> FROM PUBLIC;
GRANT USAGE, CREATE ON SCHEMA <<schema>> TO sminion_owner;
COMMENT ON SCHEMA <<schema>> IS <<comment>>
