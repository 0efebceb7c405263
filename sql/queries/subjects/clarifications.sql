SELECT c.at, c.actor, c.unit, c.purpose, c.login, c.operation, c.relation, c.columns, c.rows, c.others
FROM sminion.clarifications c WHERE c.request = %(id)s ORDER BY c.at, c.write
