-- COPY of the other table
--@attack
COPY {b} (id, email) TO STDOUT
--@control
COPY (SELECT id, email FROM {b}) TO STDOUT
