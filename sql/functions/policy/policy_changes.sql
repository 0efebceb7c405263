-- Whose tickets a policy would end that is about to come into force, and by which changes: no row for a login and a
-- compartment of it that are left alone.
--
-- Left alone means: the login still holds the purpose, the compartment still has its role and its bit, it gives at least
-- what it gave, and all its terms (sminion_guard/policy/differences/held.py lists them) are as they were. So whatever is allowed under
-- the policy that a ticket was opened under is allowed under the one in force, and a client that still judges by the former
-- for a moment allows nothing that the latter refuses. (But for a schema that comes under the policy, which the privileges
-- close that every role loses there.) In doubt it is a change: a term that either side does not know is another term.
CREATE FUNCTION sminion.policy_changes(registry jsonb, OUT login name, OUT role name, OUT purpose text, OUT change text) RETURNS SETOF record
LANGUAGE sql
STABLE
SET search_path = pg_catalog, pg_temp
AS $sminion$
  WITH wanted AS (
    SELECT j.*
    FROM jsonb_to_recordset(registry -> 'compartments') AS j (role name, purpose text, recipient text, mask bigint, gives jsonb, terms jsonb)
  ),
  held AS (
    SELECT j.* FROM jsonb_to_recordset(registry -> 'logins') AS j (login name, purpose text, recipient text, may_hold_incompatible boolean)
  ),
  of_compartment (role, change) AS (
    SELECT c.role, CASE WHEN w.gives ? g.object THEN format('it may no longer %s `%s`', v.verb, concat_ws('.', nullif(g.object, ''), n.name))
                        ELSE format('it no longer reaches `%s`', g.object) END
    FROM sminion.compartment c
    JOIN wanted w ON w.role = c.role AND w.gives IS DISTINCT FROM c.gives
    CROSS JOIN LATERAL jsonb_each(c.gives) AS g (object, verbs)
    CROSS JOIN LATERAL jsonb_each(g.verbs) AS v (verb, names)
    CROSS JOIN LATERAL (
      SELECT a.name FROM jsonb_array_elements_text(v.names) AS a (name)
      UNION ALL SELECT NULL WHERE v.names = '[]'
    ) AS n
    WHERE CASE WHEN n.name IS NULL THEN w.gives -> g.object -> v.verb
               ELSE CASE WHEN w.gives -> g.object -> v.verb ? n.name THEN 'true'::jsonb END END IS NULL
    UNION
    SELECT c.role, CASE WHEN w.terms ? t.object
        THEN format('%s was %s, and is %s', concat_ws(' of ', s.term, '`' || nullif(t.object, '') || '`'), s.said,
                    coalesce(w.terms -> t.object ->> s.term, 'unknown'))
        ELSE format('it no longer reaches `%s`', t.object) END
    FROM sminion.compartment c
    JOIN wanted w ON w.role = c.role AND w.terms IS DISTINCT FROM c.terms
    CROSS JOIN LATERAL jsonb_each(c.terms) AS t (object, terms)
    CROSS JOIN LATERAL jsonb_each_text(t.terms) AS s (term, said)
    WHERE w.terms -> t.object ->> s.term IS DISTINCT FROM s.said
    UNION
    SELECT c.role, format('%s of `%s` was unknown, and is %s', s.term, t.object, s.said)
    FROM sminion.compartment c
    JOIN wanted w ON w.role = c.role AND w.terms IS DISTINCT FROM c.terms
    CROSS JOIN LATERAL jsonb_each(w.terms) AS t (object, terms)
    CROSS JOIN LATERAL jsonb_each_text(t.terms) AS s (term, said)
    WHERE c.terms ? t.object AND NOT (c.terms -> t.object) ? s.term
    UNION
    SELECT c.role, format('its purpose was `%s`, and is `%s`', c.purpose, w.purpose)
    FROM sminion.compartment c JOIN wanted w ON w.role = c.role AND w.purpose IS DISTINCT FROM c.purpose
    UNION
    SELECT c.role, 'it was that of another recipient'
    FROM sminion.compartment c JOIN wanted w ON w.role = c.role AND w.recipient IS DISTINCT FROM c.recipient
    UNION
    SELECT c.role, 'its bit of guard_mask is another one'
    FROM sminion.compartment c JOIN wanted w ON w.role = c.role AND w.mask IS DISTINCT FROM c.mask
    UNION
    SELECT c.role, format('tickets live %s, and lived %s', w.lives, p.ticket_lifetime)
    FROM sminion.compartment c, sminion.policy p,
      make_interval(secs => (registry ->> 'ticket_lifetime_seconds')::double precision) AS w (lives)
    WHERE w.lives < p.ticket_lifetime
  )
  SELECT o.login, o.role, c.purpose, x.change
  FROM sminion.login_compartment o
  JOIN sminion.compartment c ON c.role = o.role
  LEFT JOIN held h ON h.login = o.login AND h.purpose = c.purpose AND h.recipient = c.recipient
  LEFT JOIN wanted w ON w.role = o.role
  CROSS JOIN LATERAL (
    SELECT CASE
      WHEN NOT EXISTS (SELECT FROM held a WHERE a.login = o.login) THEN format('the policy no longer names login `%s`', o.login)
      WHEN NOT EXISTS (SELECT FROM jsonb_array_elements(registry -> 'purposes') AS p WHERE p ->> 'name' = c.purpose)
        THEN format('the policy no longer has purpose `%s`', c.purpose)
      WHEN h.login IS NULL AND c.recipient <> '' THEN format('login `%s` may no longer send data to `%s` for `%s`', o.login, c.recipient, c.purpose)
      WHEN h.login IS NULL THEN format('login `%s` may no longer act for `%s`', o.login, c.purpose)
      WHEN w.role IS NULL THEN format('purpose `%s` has other compartments', c.purpose) END AS change
  ) AS gone
  CROSS JOIN LATERAL (
    SELECT gone.change WHERE gone.change IS NOT NULL
    UNION ALL
    SELECT f.change FROM of_compartment f WHERE f.role = o.role AND gone.change IS NULL
    UNION ALL
    SELECT format('login `%s` may now hold incompatible purposes', o.login)
    WHERE gone.change IS NULL AND h.may_hold_incompatible AND NOT o.alternating
  ) AS x
$sminion$;
COMMENT ON FUNCTION sminion.policy_changes(jsonb) IS 'whose open tickets a compiled policy would end, and why';
