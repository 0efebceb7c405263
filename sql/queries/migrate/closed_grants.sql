SELECT g.statement FROM sminion.closed_grant g ORDER BY g.closed_at, g.statement;
