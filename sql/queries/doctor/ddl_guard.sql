-- How many event triggers of the guard there are, and the last suspension if it goes on: by whom, until when and why.
SELECT (SELECT pg_catalog.count(*) FROM pg_catalog.pg_event_trigger e JOIN pg_catalog.pg_proc p ON p.oid = e.evtfoid
        WHERE p.pronamespace = 'sminion'::pg_catalog.regnamespace),
       s.login::text, pg_catalog.to_char(s.until, 'YYYY-MM-DD HH24:MI:SS TZ'), s.reason
FROM (SELECT 1) AS one (x)
LEFT JOIN LATERAL (SELECT d.* FROM sminion.ddl_suspension d ORDER BY d.id DESC LIMIT 1) AS s ON s.until > pg_catalog.clock_timestamp();
