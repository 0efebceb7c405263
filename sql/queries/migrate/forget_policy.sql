SELECT sminion.forget_policy();
