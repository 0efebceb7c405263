-- Subjects hidden from now on, before the masks of their rows are settled: read by every statement, so kept short.
CREATE TABLE sminion.withheld (
  subject text   COLLATE "C" PRIMARY KEY,
  denied  bigint NOT NULL CHECK (denied <> 0)
);
COMMENT ON TABLE sminion.withheld IS 'subjects withheld since the masks were last settled, and from which purposes';
