SELECT sminion.finish_policy();
