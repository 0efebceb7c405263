-- Prepared statement. Among tables of one schema it is refused when it is executed: see prepared_statement_executed.sql.
--@among schemas
--@attack
PREPARE p AS SELECT a.email FROM {a} a JOIN {b} b USING (id)
--@control
PREPARE p AS SELECT a.email FROM {a} a JOIN {b} b USING (id)
