-- Last of all: how the objects look that this version made. A mark and a month stand in for those to come.
CREATE TABLE sminion.mark_0 ();
SELECT sminion.make_month('2000-01-01 00:00:00+00');
INSERT INTO sminion.guard_object (kind, name, fingerprint)
SELECT DISTINCT o.kind, CASE o.pattern WHEN 'mark_0' THEN 'mark' ELSE o.pattern END, o.fingerprint
FROM sminion.guard_objects() o WHERE o.pattern <> 'mark';
DROP TABLE sminion.mark_0, sminion.statement_event_2000_01, sminion.statement_result_2000_01, sminion.statement_subject_2000_01,
  sminion.log_fault_2000_01, sminion.write_event_2000_01, sminion.write_subject_2000_01;
