-- A number that an entry of the journal claims: a whole one from 0 on, of 18 digits at most, else NULL. It is looked at as a
-- number, since as text it may be as long as its exponent says. (No BETWEEN: a dump writes it in another way.)
CREATE FUNCTION sminion.journal_number(value jsonb) RETURNS bigint
LANGUAGE sql
IMMUTABLE
RETURN CASE WHEN jsonb_typeof(value) = 'number' THEN
  CASE WHEN value::numeric >= '0'::numeric AND value::numeric <= '999999999999999999'::numeric
         AND trunc(value::numeric) = value::numeric THEN value::bigint END END;
