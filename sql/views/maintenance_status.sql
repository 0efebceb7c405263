-- What waits for sminion.maintain, and what stopped it.
CREATE VIEW sminion.maintenance_status WITH (security_barrier) AS
  SELECT j.rows AS journal_rows, j.bytes AS journal_bytes, j.since AS journal_since,
         sminion.fold_holders() AS journal_waits_for,
         coalesce(f.number, 0) AS events, f.folded_at,
         s.unsettled, s.unsettled_since, s.stuck, s.pending,
         (SELECT count(*) FROM pg_catalog.pg_inherits i JOIN pg_catalog.pg_class c ON c.oid = i.inhrelid
          WHERE i.inhparent = 'sminion.write_subject'::pg_catalog.regclass
            AND pg_catalog.to_date(pg_catalog.right(c.relname, 7), 'YYYY_MM')
              > (pg_catalog.now() AT TIME ZONE 'UTC')::date) AS months_ahead,
         (SELECT pg_catalog.max(m.done_at) FROM sminion.maintenance_state m) AS maintained_at,
         (SELECT pg_catalog.string_agg(pg_catalog.format('%s: %s %s', m.step, m.code, m.message), '; ' ORDER BY m.step)
          FROM sminion.maintenance_state m WHERE m.failed_at IS NOT NULL) AS failed
  FROM sminion.settle_status s
  LEFT JOIN sminion.fold_state f ON true
  CROSS JOIN (
    SELECT pg_catalog.count(*) AS rows, coalesce(pg_catalog.sum(coalesce(pg_catalog.octet_length(r.entries),
             pg_catalog.pg_column_size(r.event))), 0)::bigint AS bytes,
           pg_catalog.min(r.at) AS since
    FROM sminion.journal r
  ) AS j;
COMMENT ON VIEW sminion.maintenance_status IS 'what waits for maintain, and what stopped it';
