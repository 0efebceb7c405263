-- Stands for a person in the groups of a recipient. Keys that are merged are one person.
CREATE FUNCTION sminion.group_mark(salt bytea, subject text) RETURNS bigint
LANGUAGE sql
STABLE
SET search_path = pg_catalog, pg_temp
AS $sminion$
  SELECT ('x' || encode(substr(sha256(group_mark.salt || convert_to(
    CASE WHEN EXISTS (
      SELECT FROM sminion.subject_merge m
      WHERE m.ended_at IS NULL AND (m.one = group_mark.subject COLLATE "C" OR m.other = group_mark.subject COLLATE "C"))
    THEN (sminion.same_person(group_mark.subject))[1] ELSE group_mark.subject END, 'UTF8')), 1, 8), 'hex'))::bit(64)::bigint
$sminion$;
