-- The same for a key of another type than text, such as the number or uuid that stands in the column.
CREATE PROCEDURE sminion.block_and_wait(
  subject anynonarray, reason text, actor text DEFAULT NULL, patience interval DEFAULT '5 minutes', kind text DEFAULT NULL,
  schemas text[] DEFAULT NULL, until timestamptz DEFAULT NULL
)
LANGUAGE plpgsql
AS $sminion$
BEGIN
  CALL sminion.block_and_wait(subject::pg_catalog.text, reason, actor, patience, kind, schemas, until);
END
$sminion$;
COMMENT ON PROCEDURE sminion.block_and_wait(anynonarray, text, text, interval, text, text[], timestamptz) IS
  'blocks, commits, and returns when no older transaction can still read the subject';
