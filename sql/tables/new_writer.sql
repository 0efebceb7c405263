-- Empty. Who writes rows of subjects without a state locks it (ROW SHARE) until the transaction ends, so that `settle` sees
-- that there may be rows which it cannot see yet: see sminion.first_sight. Only `sminion_owner` may.
CREATE TABLE sminion.new_writer ();
COMMENT ON TABLE sminion.new_writer IS 'locked by transactions that write rows of subjects without a state';
