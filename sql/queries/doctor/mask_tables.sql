-- For each table whose masks are filled in: what to sample, and the condition, over alias `t`, of a row that permits more than the
-- states of its subjects do. An optional subject that is NULL permits everything, as a row about nobody does where it is shown;
-- subjects that wait for settling are hidden by other means.
SELECT pg_catalog.format('%%s.%%s', p.schema_name, p.table_name), pg_catalog.format('%%I.%%I', p.schema_name, p.table_name),
       greatest(c.rows, 0)::bigint,
       pg_catalog.format(
         't.guard_mask & ~(%%s) & %%s <> 0 AND NOT ARRAY[%%s] && ARRAY(SELECT u.subject FROM sminion.unsettled u'
         || ' UNION ALL SELECT q.subject FROM sminion.pending_change q)::pg_catalog.text[]',
         (SELECT pg_catalog.string_agg(pg_catalog.format(
            'CASE WHEN %%1$s IS NULL THEN -1 ELSE coalesce((SELECT sminion.mask_in(s.*, %%2$L) FROM sminion.subject_state s WHERE s.subject = %%1$s),'
            || ' (SELECT sminion.mask(y, false, 0, 0) FROM sminion.policy y)) END', k.subject, p.schema_name), ' & ')
          FROM pg_catalog.unnest(sminion.subject_texts(p)) AS k (subject)),
         p.bits, pg_catalog.array_to_string(sminion.subject_texts(p), ', '))
FROM sminion.protected_table p
JOIN pg_catalog.pg_namespace n ON n.nspname = p.schema_name
CROSS JOIN LATERAL (
  SELECT pg_catalog.sum(f.reltuples) AS rows
  FROM pg_catalog.pg_class r CROSS JOIN LATERAL (
    SELECT r.oid AS relid UNION SELECT x.relid FROM pg_catalog.pg_partition_tree(r.oid) x WHERE x.isleaf) AS t
  JOIN pg_catalog.pg_class f ON f.oid = t.relid
  WHERE r.relnamespace = n.oid AND r.relname = p.table_name
  HAVING pg_catalog.count(*) > 0
) AS c
WHERE p.next_block IS NULL AND p.gaps = '{}'
ORDER BY 1;
