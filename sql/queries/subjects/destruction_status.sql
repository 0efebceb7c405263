SELECT s.destruction, s.request, s.begun_at, s.completed_at, s.schema_name, s.table_name, s.way, s.planned, s.destroyed, s.depersonalized,
       s.unlinked, s.state, s.cause, s.hold, s.hold_reason, s.hold_basis, s.hold_until, s.batches, s.longest, s.done_at
FROM sminion.destruction_status s
WHERE s.request = %(request)s
ORDER BY s.place, s.schema_name, s.table_name
