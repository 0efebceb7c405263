    SELECT p.<<subject>> INTO anew FROM <<table>> p WHERE p.<<key>> = OLD.<<key>>;
    IF FOUND AND anew IS DISTINCT FROM OLD.<<subject>> THEN
      PERFORM sminion.moved(<<old_subject>>);
      before := sminion.begin_replica_role();
      UPDATE <<child>> AS c SET guard_mask = CASE WHEN c.guard_mask IS NULL THEN 0 END WHERE c.<<column>> = OLD.<<key>>;
      PERFORM sminion.end_replica_role(before);
      PERFORM sminion.require_followed(<<child_schema>>, <<child_name>>, EXISTS (
        SELECT FROM <<child>> c WHERE c.<<column>> = OLD.<<key>> AND c.guard_subject IS DISTINCT FROM anew));
    END IF;
