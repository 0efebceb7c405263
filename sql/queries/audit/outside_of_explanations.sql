SELECT (SELECT pg_catalog.count(*) FROM sminion.subject_access s
        WHERE s.ticket IS NULL AND s.home IS NULL AND s.at >= coalesce(%(since)s::timestamptz, '-infinity') AND s.at < coalesce(%(until)s::timestamptz, 'infinity')
       ) AS without_ticket,
       (SELECT pg_catalog.count(*) FROM sminion.subject_access s
        WHERE s.home IS NOT NULL AND s.at >= coalesce(%(since)s::timestamptz, '-infinity') AND s.at < coalesce(%(until)s::timestamptz, 'infinity')) AS tickets_elsewhere,
       (SELECT pg_catalog.count(*) FROM sminion.statement_log s
        WHERE s.bulk > 0 AND s.at >= coalesce(%(since)s::timestamptz, '-infinity') AND s.at < coalesce(%(until)s::timestamptz, 'infinity'))
       + (SELECT pg_catalog.count(*) FROM sminion.write_log w
          WHERE w.bulk > 0 AND w.at >= coalesce(%(since)s::timestamptz, '-infinity') AND w.at < coalesce(%(until)s::timestamptz, 'infinity')) AS not_all_people_listed
