-- Blocks, commits, and returns only when no older transaction can still read the subject. A procedure, because a function
-- cannot commit; SECURITY INVOKER and without settings of its own, because PostgreSQL lets only such a procedure commit.
-- It decides nothing: what it calls is a definer function that its caller may execute anyway.
CREATE PROCEDURE sminion.block_and_wait(
  subject text, reason text, actor text DEFAULT NULL, patience interval DEFAULT '5 minutes', kind text DEFAULT NULL,
  schemas text[] DEFAULT NULL, until timestamptz DEFAULT NULL
)
LANGUAGE plpgsql
AS $sminion$
BEGIN
  PERFORM sminion.block(subject, reason, actor, kind, schemas, until);
  COMMIT;
  PERFORM sminion.await_older(patience);
END
$sminion$;
COMMENT ON PROCEDURE sminion.block_and_wait(text, text, text, interval, text, text[], timestamptz) IS
  'blocks, commits, and returns when no older transaction can still read the subject';
