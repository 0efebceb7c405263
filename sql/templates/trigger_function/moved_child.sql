  before := sminion.begin_replica_role();
  UPDATE <<child>> AS c SET guard_mask = CASE WHEN c.guard_mask IS NULL THEN 0 END WHERE c.<<column>> = NEW.<<key>>;
  PERFORM sminion.end_replica_role(before);
  PERFORM sminion.require_followed(<<child_schema>>, <<child_name>>, EXISTS (
    SELECT FROM <<child>> c WHERE c.<<column>> = NEW.<<key>> AND c.guard_subject IS DISTINCT FROM NEW.<<subject>>));
