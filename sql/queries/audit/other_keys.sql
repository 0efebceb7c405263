SELECT sminion.other_keys(%(key)s::text) AS keys
