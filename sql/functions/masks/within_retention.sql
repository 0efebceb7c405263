-- Whether a row is still kept: `at` was less than `keep` ago, by the calendar and clock of the policy's time zone. Counted from
-- the statement and not from the transaction, which a client may keep open for as long as it likes.
--
-- What a day, a month or a point in time without a zone means depends on the zone. That of the session is the client's to
-- choose: `SET timezone` would show rows for days longer. There is one form for each type, since comparing a timestamp with one
-- of the other kind takes the session's zone again. No form pins its search_path, so that the planner puts its body in place
-- of the call and finds rows by an index; a body that is parsed here resolves no name later.
CREATE FUNCTION sminion.within_retention(at timestamp with time zone, keep interval, zone text) RETURNS boolean
LANGUAGE sql
STABLE
PARALLEL SAFE
RETURN at OPERATOR(pg_catalog.>) pg_catalog.timezone(zone, pg_catalog.timezone(zone, pg_catalog.statement_timestamp()) OPERATOR(pg_catalog.-) keep);

CREATE FUNCTION sminion.within_retention(at timestamp without time zone, keep interval, zone text) RETURNS boolean
LANGUAGE sql
STABLE
PARALLEL SAFE
RETURN at OPERATOR(pg_catalog.>) (pg_catalog.timezone(zone, pg_catalog.statement_timestamp()) OPERATOR(pg_catalog.-) keep);

CREATE FUNCTION sminion.within_retention(at date, keep interval, zone text) RETURNS boolean
LANGUAGE sql
STABLE
PARALLEL SAFE
RETURN at OPERATOR(pg_catalog.>) (pg_catalog.timezone(zone, pg_catalog.statement_timestamp()) OPERATOR(pg_catalog.-) keep);
COMMENT ON FUNCTION sminion.within_retention(timestamp with time zone, interval, text) IS 'whether a row of that time is still kept, in the time zone of the policy';
COMMENT ON FUNCTION sminion.within_retention(timestamp without time zone, interval, text) IS 'whether a row of that time is still kept, in the time zone of the policy';
COMMENT ON FUNCTION sminion.within_retention(date, interval, text) IS 'whether a row of that time is still kept, in the time zone of the policy';
