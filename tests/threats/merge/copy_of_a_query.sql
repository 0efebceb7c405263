-- COPY of a query
--@attack
COPY (SELECT a.email FROM {a} a JOIN {b} b USING (id)) TO STDOUT
--@control
COPY (SELECT a.email FROM {a} a JOIN {b} b USING (id)) TO STDOUT
