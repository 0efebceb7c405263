SELECT sminion.record_policy(%(registry)s::jsonb);
