-- What the script was written for must be what it finds: it does not see the database. The setting `sminion.script` holds it.
DO $sminion$
DECLARE
  wanted jsonb := pg_catalog.current_setting('sminion.script')::jsonb;
  found  text;
BEGIN
  SELECT c.conflict INTO found
  FROM (
    SELECT pg_catalog.format('the subject key in force is `%s`', (
      SELECT pg_catalog.string_agg(pg_catalog.concat_ws(' ', nullif(k.kind, ''), k.type), ', ' ORDER BY k.kind)
      FROM pg_catalog.jsonb_each_text(p.subject_keys) AS k (kind, type)))
    -- A kind may be added; what states, tickets and history name must keep its meaning.
    FROM sminion.policy p WHERE NOT p.subject_keys <@ (wanted -> 'subject_keys')
    UNION ALL
    -- A purpose in force keeps its bit. (Of another kind of basis it gets a new one, which online only can tell.)
    SELECT pg_catalog.format('purpose `%s` has bit %s', p.name, p.bit)
    FROM sminion.purpose p
    WHERE p.retired_at IS NULL AND (wanted -> 'bits' ->> p.name)::smallint <> p.bit
    UNION ALL
    -- No bit goes to another purpose than it ever had, nor back to a retired one.
    SELECT pg_catalog.format('bit %s belongs to purpose `%s`%s', p.bit, p.name,
                             CASE WHEN p.retired_at IS NOT NULL THEN ', which is retired' ELSE '' END)
    FROM sminion.purpose p
    JOIN pg_catalog.jsonb_each_text(wanted -> 'bits') AS b (name, bit) ON b.bit::smallint = p.bit
    WHERE b.name <> p.name OR p.retired_at IS NOT NULL
    UNION ALL
    SELECT pg_catalog.format('`%s` gets its subject in another way', o.key)
    FROM sminion.installed_object o WHERE o.digest <> wanted -> 'columns' ->> o.key
  ) AS c (conflict)
  LIMIT 1;
  IF found IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'SG415',
      MESSAGE = 'the script was not written for what is in place here',
      DETAIL = found || '.',
      HINT = 'Write it again with the policy in force as `previous`, or apply online.';
  END IF;
END
$sminion$;
