-- Refuses the end of an export to a recipient with `k` whose groups are too small, or isolate people against what the recipient has already. Exports to
-- one recipient are checked one after the other: nobody but an export to the same recipient waits for the row of its salt. Refusals name no
-- people, and no sizes.
CREATE FUNCTION sminion.check_groups(own sminion.disclosure) RETURNS void
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
#variable_conflict use_column
DECLARE
  k       CONSTANT integer := sminion.group_minimum(own.recipient);
  -- groups and people of all of them
  most    CONSTANT integer[] := ARRAY[5000, 5000000];
  many    bigint;
  people  bigint;
  other   bigint;
BEGIN
  IF k IS NULL THEN
    RETURN;
  END IF;
  PERFORM FROM sminion.group_salt s WHERE s.recipient = own.recipient FOR UPDATE;
  IF NOT FOUND THEN
    -- The policy had no `k` when the export began, so its people were named in no groups.
    RAISE EXCEPTION USING ERRCODE = 'SG746',
      MESSAGE = format('recipient `%s` gets groups, and this export has named none', own.recipient),
      HINT = 'Run it again: `sminion-guard export run`.';
  END IF;
  SELECT count(*) INTO many FROM sminion.sent_group g WHERE g.disclosure = own.id AND g.size BETWEEN 1 AND k - 1;
  IF many > 0 THEN
    RAISE EXCEPTION USING ERRCODE = 'SG743',
      MESSAGE = format('%s of the groups for recipient `%s` have fewer than %s people', many, own.recipient, k),
      DETAIL = 'What is counted or summed up has groups of its own: the people of the rows that have a value.',
      HINT = format('Make the groups coarser, or leave small ones out: `HAVING count(DISTINCT ...) >= %s` with the column that leads to the person.', k);
  END IF;
  SELECT count(*), coalesce(sum(r.size), 0) INTO many, people FROM (
    SELECT DISTINCT ON (g.digest) g.size FROM sminion.sent_group g JOIN sminion.disclosure d ON d.id = g.disclosure
    LEFT JOIN sminion.transfer_end e ON e.disclosure = g.disclosure
    WHERE d.recipient = own.recipient AND (g.disclosure = own.id
      OR (e.state = 'finished' AND e.at > clock_timestamp() - sminion.groups_remembered_for()))) r;
  IF many > most[1] OR people > most[2] THEN
    RAISE EXCEPTION USING ERRCODE = 'SG745',
      MESSAGE = format('recipient `%s` has too many groups to compare with', own.recipient),
      DETAIL = format('%s groups with %s people together are remembered, for 400 days; at most %s groups and %s people are compared.',
                      many, people, most[1], most[2]),
      HINT = 'Send fewer and coarser groups, or wait until older ones are forgotten.';
  END IF;
  other := sminion.isolated_by(own.id, own.recipient, k);
  IF other IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'SG744',
      MESSAGE = CASE WHEN other = own.id THEN format('groups of this export isolate fewer than %s people, one against another', k)
        ELSE format('with export %s, which recipient `%s` has already, it would isolate fewer than %s people', other, own.recipient, k) END,
      DETAIL = 'Groups that differ by a few people tell of these few. So does a report that is repeated when a few have come or gone.',
      HINT = 'Make the groups coarser, leave groups out with HAVING, or wait until they differ by more people.';
  END IF;
END
$sminion$;
