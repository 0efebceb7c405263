SELECT c.size, c.note, c.login::text, c.at FROM sminion.checkpoint c ORDER BY c.size, c.at
