SELECT c.note FROM sminion.checkpoint c ORDER BY c.size, c.at
