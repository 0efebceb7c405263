WITH kept AS MATERIALIZED (SELECT sminion.keep_certificate(%(request)s, %(document)s, %(actor)s) AS id)
SELECT k.id FROM kept k
