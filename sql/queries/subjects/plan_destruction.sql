SELECT * FROM sminion.plan_destruction(%(request)s, %(slow)s)
