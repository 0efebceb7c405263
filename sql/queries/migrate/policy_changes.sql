SELECT c.login::text, c.role::text, c.change FROM sminion.policy_changes(%(registry)s::jsonb) c ORDER BY 1, 2, 3;
