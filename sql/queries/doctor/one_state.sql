-- One state of the database for all checks.
SET TRANSACTION ISOLATION LEVEL REPEATABLE READ;
