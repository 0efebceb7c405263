SELECT f.table_name, f.relation, f.policy, f.permissive, f.adopted FROM sminion.foreign_policies(%(tables)s::jsonb) f;
