-- The first statement of discovery: nothing is written, no statement takes longer than this, and all see one snapshot.
SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY;
