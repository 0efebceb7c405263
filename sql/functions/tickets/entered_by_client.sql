-- Whether `sminion.enter` runs as a whole statement of the client, with no code around it. Two proofs, since each alone has
-- gaps.
--
-- query:  current_query(), the text that the server runs for the client. Neither DO, functions, EXECUTE nor FETCH change it.
--         As it holds nothing but `enter`, no other part of it can read. But code may run beside it: a CHECK of a domain
--         when a parameter is bound, a user's cast of the parameter, a deferred trigger when the statement commits.
-- stack:  PG_CONTEXT of stay_in_compartment. Each piece of code adds a line. The first five are our own functions, in
--         whatever language the server speaks: the words before the name of the last one are those before the first.
--         Nothing may follow but the line with the parameter, which the server adds where log_parameter_max_length_on_error
--         says so. What a client writes into a line, as a value, a statement or the name of a function, comes after a quote
--         or a parenthesis or after the words SQL or PL/, so it cannot look like that line.
CREATE FUNCTION sminion.entered_by_client(query text, stack text) RETURNS boolean
LANGUAGE plpgsql
IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  space CONSTANT text := '(?:[ \t\n\r\f]|--[^\n\r]*[\n\r]|/\*[^*/]*\*/)';
  -- A comment counts as space, if no other can begin or end in it. `_` stands for space that must be there, `~` for space
  -- that may be.
  form  CONSTANT text := replace(replace(
    '^~(?:(?:begin(?:_(?:work|transaction))?|start_transaction)'
    || '(?:(?:_|~,~)(?:isolation_level_(?:serializable|repeatable_read|read_committed|read_uncommitted)'
    || '|read_only|read_write|(?:not_)?deferrable))*~;~)?'
    -- What a guarded connection resets and closes behind a pooler: the role, the search path and cursors that are held.
    || '(?:set_local_role_none~;~)?(?:set_local_search\x5fpath_to_default~;~)?(?:close_all~;~)?'
    || 'select_(?:sminion|"sminion")~\.~(?:enter|"enter")~\(~(?:\$1|''[^''\\]*'')'
    || '(?:~::~(?:text|varchar|character_varying))?~\)(?:_as_[a-z][a-z0-9\x5f]*)?~;?~(?:--[^\n\r]*)?$',
    '_', space || '+'), '~', space || '*');
  lines text[] := string_to_array(stack, E'\n');
  words text;
BEGIN
  IF query IS NULL OR query COLLATE "C" !~* form THEN
    RETURN false;
  END IF;
  words := left(lines[1], position('sminion.stay_in_compartment(name)' IN lines[1]) - 1);
  -- NULL where there are fewer lines.
  RETURN starts_with(lines[1], words || 'sminion.stay_in_compartment(name)')
    AND starts_with(lines[3], words || 'sminion.context(name,name)')
    AND starts_with(lines[5], words || 'sminion.enter(text)')
    AND (cardinality(lines) = 5
         OR cardinality(lines) = 6 AND lines[6] COLLATE "C" ~ '^(?:(?!SQL|PL/)[^"''(])*\$1 = ''');
END
$sminion$;
