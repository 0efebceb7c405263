SELECT s.kind, s.name, s.state FROM sminion.guard_states() s;
