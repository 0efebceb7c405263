-- The counters of what each login writes to the journal: sequence `load_ID`, for sminion.count_journal. A sequence is what the server has
-- that all sessions share and no ROLLBACK takes back, and that nobody waits for. No login has a privilege on one.
--
-- Its value is the minute (since 2025) * 2^32 + units of 256 KB in that minute.
CREATE TABLE sminion.login_load (
  id    integer PRIMARY KEY,
  login name    NOT NULL UNIQUE
);
COMMENT ON TABLE sminion.login_load IS 'numbers of the counters of what each login writes to the journal';
-- Until when (seconds of the epoch) some login has reached its limit: as long, each row of the journal is looked at. Everybody may read
-- this number, since row security of the journal compares it as the login that writes.
CREATE SEQUENCE sminion.load_0;
