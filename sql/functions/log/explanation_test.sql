-- The conditions, one of which must hold, by which a sentence of the policy explains an access `a`: SQL text for EXECUTE, and for auditors to read. Of the access it
-- knows at, subject, and what the ticket says: named (its subject), actor, unit, basis_ref and values. Texts are compared, by the rules of
-- "C", so that no operator, collation or cast of the application is called.
--
-- Each column with a subject is looked for apart: as one condition with OR the server could not join by hashes.
CREATE FUNCTION sminion.explanation_test(said sminion.explanation, target sminion.protected_table) RETURNS text[]
LANGUAGE sql
STABLE
SET search_path = pg_catalog, pg_temp
AS $sminion$
  SELECT CASE WHEN said.request THEN ARRAY[
    'EXISTS (SELECT FROM sminion.request r WHERE r.subject COLLATE "C" OPERATOR(pg_catalog.=) a.subject COLLATE "C"'
    || ' AND r.unit COLLATE "C" OPERATOR(pg_catalog.=) a.unit COLLATE "C" AND r.received_at OPERATOR(pg_catalog.<=) a.at'
    || ' AND (r.closed_at IS NULL OR r.closed_at OPERATOR(pg_catalog.>=) a.at))']
  WHEN said.table_name IS NULL THEN ARRAY['a.named COLLATE "C" OPERATOR(pg_catalog.=) a.subject COLLATE "C"'] ELSE (
    SELECT array_agg(format('EXISTS (SELECT FROM %I.%I AS t WHERE (%s) COLLATE "C" OPERATOR(pg_catalog.=) a.subject COLLATE "C"%s)',
                             said.schema_name, said.table_name, s.subject, tests.every) ORDER BY s.n)
    FROM unnest(sminion.subject_texts(target)) WITH ORDINALITY AS s (subject, n)
    CROSS JOIN (
      SELECT string_agg(
        CASE WHEN j.test ? 'days' THEN format(
            ' AND t.%1$I::timestamptz OPERATOR(pg_catalog.>=) a.at - interval ''%2$s days'''
            || ' AND t.%1$I::timestamptz OPERATOR(pg_catalog.<=) a.at + interval ''%2$s days''',
            j.test ->> 'column', (j.test ->> 'days')::integer)
          ELSE format(' AND (t.%I::text) COLLATE "C" OPERATOR(pg_catalog.=) %s COLLATE "C"', j.test ->> 'column',
            CASE WHEN j.test ? 'text' THEN format('%L', j.test ->> 'text')
              WHEN j.test ->> 'field' IN ('basis_ref', 'actor', 'unit') THEN 'a.' || (j.test ->> 'field')
              ELSE format('(a."values" ->> %L)', substr(j.test ->> 'field', length('values.') + 1)) END)
        END, '' ORDER BY j.n) AS every
      FROM jsonb_array_elements(said.tests) WITH ORDINALITY AS j (test, n)
    ) AS tests
  ) END
$sminion$;
