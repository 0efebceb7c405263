-- Whether printing a value of a type runs code of PostgreSQL only, and never that of an application: types whose output function
-- is written in C or built in, which only superusers can make, and enums, domains, arrays and ranges of these. Casts do not count,
-- since values are printed by format(), which calls the output function and looks for no cast. A row type is none: it is
-- printed column by column, and may get new columns any time.
CREATE FUNCTION sminion.plain_type(type oid) RETURNS boolean
LANGUAGE plpgsql
STABLE
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  printed record;
  inside  oid;
BEGIN
  SELECT t.typtype, t.typbasetype, t.typelem, t.typcategory, l.lanname INTO printed
  FROM pg_type t JOIN pg_proc f ON f.oid = t.typoutput JOIN pg_language l ON l.oid = f.prolang
  WHERE t.oid = plain_type.type;
  IF NOT FOUND OR printed.typtype NOT IN ('b', 'd', 'e', 'r', 'm') OR printed.lanname NOT IN ('internal', 'c') THEN
    RETURN false;
  END IF;
  inside := CASE
    WHEN printed.typtype = 'd' THEN printed.typbasetype
    WHEN printed.typtype = 'b' AND printed.typcategory = 'A' THEN printed.typelem
    WHEN printed.typtype = 'r' THEN (SELECT r.rngsubtype FROM pg_range r WHERE r.rngtypid = plain_type.type)
    WHEN printed.typtype = 'm' THEN (SELECT r.rngsubtype FROM pg_range r WHERE r.rngmultitypid = plain_type.type)
    END;
  RETURN coalesce(inside, 0) = 0 OR sminion.plain_type(inside);
END
$sminion$;
