-- All objects by one statement: one for each was 206 of the 578 round trips in which the tests' policy is applied.
SELECT count(sminion.record_object(o.key, o."position", o.digest, o.reverse, o.fingerprint_query, o.given, o.as_owner))
FROM pg_catalog.jsonb_to_recordset(%(objects)s::pg_catalog.jsonb)
  AS o (key text, "position" integer, digest text, reverse text, fingerprint_query text, given jsonb, as_owner boolean);
