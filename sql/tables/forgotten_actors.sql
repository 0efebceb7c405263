-- How far sminion.forget_actors has come, for each kind of events that says who acted: the number of the last one that it has done.
CREATE TABLE sminion.forgotten_actors (
  source text   PRIMARY KEY,
  -- number of an event
  key    bigint NOT NULL DEFAULT 0
);
COMMENT ON TABLE sminion.forgotten_actors IS 'how far names of actors and addresses of clients have been taken out of the log';
