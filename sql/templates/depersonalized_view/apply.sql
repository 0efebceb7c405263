-- A depersonalized view. It belongs to sminion_owner, with whose privileges it reads, and holds the floor of its readers itself. The view is made
-- by a function, because what an operator becomes depends on the type of its column.
DO $sminion$
BEGIN
  DROP VIEW IF EXISTS <<view>>;
  PERFORM sminion.make_depersonalized_view(<<definition>>::pg_catalog.jsonb);
END
$sminion$;
COMMENT ON VIEW <<view>> IS <<comment>>;
<<grants>>
