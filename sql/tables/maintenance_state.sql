-- When sminion.maintain last ran, and what stopped it: one row for each step. Whoever has the row locked runs the step.
CREATE TABLE sminion.maintenance_state (
  step      text        PRIMARY KEY,
  done_at   timestamptz,
  failed_at timestamptz,
  code      text,
  message   text
);
INSERT INTO sminion.maintenance_state (step) VALUES ('instance'), ('fold'), ('tree'), ('months'), ('expire'), ('consents'), ('settle'), ('destroy'), ('retention'), ('actors'), ('tidy');
COMMENT ON TABLE sminion.maintenance_state IS 'the steps of sminion.maintain: when each was done, and what stopped it';
