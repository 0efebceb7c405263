SELECT sminion.forget_object(%(key)s);
