-- What settling could not finish, and tables that the guard does not see through.
SELECT s."table", s.subjects, s.stale_rows, s.cause FROM sminion.settle_problems s ORDER BY s."table", s.cause;
