-- Folds the journal, appends to the log's Merkle tree, makes the months of the log, enters and ends consents, settles withheld
-- subjects, goes on with destructions, purges rows past their retention, forgets who acted long ago, and removes what is no longer needed: a bounded part
-- of each, so that a call takes little time. `more` says whether another call would find more at once.
--
-- The guarded sessions of an application call it while they are idle, and so may a scheduler. Any number may call it at once:
-- each step runs in one session at a time. Each is a transaction of its own, so no lock outlives its step.
--
-- A procedure, because a function cannot commit; SECURITY INVOKER and without settings of its own, because PostgreSQL lets only
-- such a procedure commit.
--
-- It sends nothing to the client before it ends. A client may ask for messages (`client_min_messages`, with
-- `debug_print_plan` or DEBUG5) and not read them: the server then waits in the middle of a step, for as long as the
-- client likes, and keeps the step's locks. For the transaction, and not for the step: COMMIT has messages too, before
-- it releases locks.
--
-- Each step is on disk when it has committed, also for a login that does not wait for that: what is signed may not be lost in a
-- crash afterwards.
CREATE PROCEDURE sminion.maintain(INOUT more boolean DEFAULT NULL)
LANGUAGE plpgsql
AS $sminion$
DECLARE
  -- With its schema: the search path is the caller's, and a domain called `text` would run code between the steps.
  step pg_catalog.text;
BEGIN
  -- In a transaction block this fails, before anything is done.
  COMMIT;
  -- First of all: an expression takes a snapshot, and then the isolation of a login that has another one by default stands.
  SET TRANSACTION ISOLATION LEVEL READ COMMITTED, READ WRITE;
  SET LOCAL client_min_messages = error;
  SET LOCAL synchronous_commit = on;
  more := false;
  FOREACH step IN ARRAY ARRAY['instance', 'fold', 'tree', 'months', 'expire', 'consents', 'settle', 'destroy', 'retention', 'actors', 'tidy'] LOOP
    IF sminion.maintain_step(step) THEN
      more := true;
    END IF;
    COMMIT;
    SET TRANSACTION ISOLATION LEVEL READ COMMITTED, READ WRITE;
    SET LOCAL client_min_messages = error;
    SET LOCAL synchronous_commit = on;
  END LOOP;
END
$sminion$;
COMMENT ON PROCEDURE sminion.maintain(boolean) IS
  'folds the journal, makes months of the log, settles withheld subjects: a bounded part; whether there is more to do';
