-- The key of a subject as the log keeps it: unchanged where it is safe to read, which numbers and uuids are, also after a kind.
CREATE FUNCTION sminion.logged_subject(subject text) RETURNS text
LANGUAGE sql
IMMUTABLE
RETURN CASE WHEN length(subject) <= 77 AND ltrim(subject, '-0123456789abcdefghijklmnopqrstuvwxyz_:') = '' THEN subject
  ELSE sminion.log_text(left(subject, 401), 400) END;
