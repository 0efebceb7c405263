SELECT t.size FROM sminion.tree_state t
