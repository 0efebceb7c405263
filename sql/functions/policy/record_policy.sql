-- Puts a compiled policy in force and returns its epoch. Tickets that the change concerns open nothing from here on, those
-- of compartments that it leaves alone stay good: see policy_changes. When the formula of the masks changed, every state is
-- due again (`remask`), and the rows of each table that a purpose with a changed bit reaches (`backfill`).
--
-- The tables follow, each with its own objects (record_tables): what is said of a table here is what settling and officers'
-- functions find there, so it must be true of the table at that moment. At the end finish_policy says that all is done.
CREATE FUNCTION sminion.record_policy(registry jsonb) RETURNS integer
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  before    sminion.policy;
  mark      name;
  new_epoch integer;
  changed   bigint;
BEGIN
  SELECT p.* INTO before FROM sminion.policy p;
  -- No sequence: a rehearsal would take numbers that no policy ever had.
  INSERT INTO sminion.policy_version (epoch, name, version, digest, document)
  SELECT coalesce(max(v.epoch), 0) + 1, registry ->> 'name', registry ->> 'version', registry ->> 'digest', registry -> 'document'
  FROM sminion.policy_version v
  RETURNING epoch INTO new_epoch;
  -- Compared with what is in force, so before any of it is replaced.
  INSERT INTO sminion.policy_change (epoch, login, role, purpose, change)
  SELECT DISTINCT new_epoch, c.login, c.role, c.purpose, c.change FROM sminion.policy_changes(registry) c;
  -- A bit of a mask depends on that bit of the formula alone.
  changed := CASE WHEN before.epoch IS NULL THEN -1 ELSE
    (before.default_bits # (registry ->> 'default_bits')::bigint) | (before.consent_bits # (registry ->> 'consent_bits')::bigint)
    | (before.objection_bits # (registry ->> 'objection_bits')::bigint) | (before.blocked_bits # (registry ->> 'blocked_bits')::bigint)
  END;

  DELETE FROM sminion.policy;
  INSERT INTO sminion.policy (
    epoch, name, version, digest, fingerprint, subject_keys, ticket_lifetime, require_tls, ticket_values, request_terms,
    mask_epoch,
    default_bits, consent_bits, objection_bits, blocked_bits
  ) VALUES (
    new_epoch, registry ->> 'name', registry ->> 'version', registry ->> 'digest',
    new_epoch || ':' || encode(sha256(convert_to((registry -> 'document')::text, 'UTF8')), 'hex'), registry -> 'subject_keys',
    make_interval(secs => (registry ->> 'ticket_lifetime_seconds')::double precision),
    (registry ->> 'require_tls')::boolean, registry -> 'ticket_values',
    nullif(registry -> 'request_terms', 'null'), CASE WHEN changed = 0 THEN before.mask_epoch ELSE new_epoch END,
    (registry ->> 'default_bits')::bigint, (registry ->> 'consent_bits')::bigint,
    (registry ->> 'objection_bits')::bigint, (registry ->> 'blocked_bits')::bigint
  );

  UPDATE sminion.purpose p SET retired_at = clock_timestamp()
  WHERE p.retired_at IS NULL
    AND NOT EXISTS (SELECT FROM jsonb_array_elements(registry -> 'purposes') j WHERE (j ->> 'bit')::smallint = p.bit);
  INSERT INTO sminion.purpose AS p (bit, name, title, basis, sees_blocked, since, renews)
  SELECT j.bit, j.name, j.title, j.basis, j.sees_blocked, new_epoch, coalesce(registry -> 'renewed' ? j.name, false)
  FROM jsonb_to_recordset(registry -> 'purposes')
    AS j (bit smallint, name text, title text, basis text, sees_blocked boolean)
  ON CONFLICT (bit) DO UPDATE SET title = excluded.title, basis = excluded.basis, retired_at = NULL;

  -- Their marks go apart (drop_marks).
  DELETE FROM sminion.compartment c
  WHERE NOT EXISTS (SELECT FROM jsonb_array_elements(registry -> 'compartments') j WHERE j ->> 'role' = c.role);
  -- Numbers above those of all marks that are there: a transaction may still be marked with one.
  INSERT INTO sminion.compartment AS c (id, role, purpose, recipient, mask, schemas, tables, sees_blocked, clashes, gives, terms)
  SELECT (SELECT coalesce(max(substr(r.relname, 6)::integer), 0) FROM pg_class r
          WHERE r.relnamespace = 'sminion'::regnamespace AND r.relname ~ '^mark_[0-9]{1,9}$')
           + row_number() OVER (ORDER BY j.role COLLATE "C"),
    j.role, j.purpose, j.recipient, j.mask, j.schemas, j.tables, j.sees_blocked, j.clashes, j.gives, j.terms
  FROM jsonb_to_recordset(registry -> 'compartments')
    AS j (role name, purpose text, recipient text, mask bigint, schemas text[], tables text[], sees_blocked boolean, clashes text[],
      gives jsonb, terms jsonb)
  ON CONFLICT (role) DO UPDATE SET purpose = excluded.purpose, recipient = excluded.recipient, mask = excluded.mask, schemas = excluded.schemas,
    tables = excluded.tables, sees_blocked = excluded.sees_blocked, clashes = excluded.clashes, gives = excluded.gives,
    terms = excluded.terms;
  -- What a transaction locks to be marked as one of the compartment: see stay_in_compartment.
  FOR mark IN SELECT 'mark_' || c.id FROM sminion.compartment c LOOP
    EXECUTE format('CREATE TABLE IF NOT EXISTS sminion.%I ()', mark);
    PERFORM sminion.let_dump(to_regclass('sminion.' || mark));
  END LOOP;

  DELETE FROM sminion.explanation;
  INSERT INTO sminion.explanation (purpose, place, words, request, schema_name, table_name, tests)
  SELECT j.purpose, j.place, j.words, j.request, j.schema, j."table", coalesce(j.tests, '[]')
  FROM jsonb_to_recordset(registry -> 'explanations')
    AS j (purpose text, place smallint, words text, request boolean, schema text, "table" text, tests jsonb);

  DELETE FROM sminion.login;
  INSERT INTO sminion.login (login, purpose, recipient, may_hold_incompatible, may_own, tickets_per_minute, log_mb_per_minute)
  SELECT j.login, j.purpose, j.recipient, j.may_hold_incompatible, j.may_own, j.tickets_per_minute, j.log_mb_per_minute
  FROM jsonb_to_recordset(registry -> 'logins')
    AS j (login name, purpose text, recipient text, may_hold_incompatible boolean, may_own boolean, tickets_per_minute integer,
      log_mb_per_minute integer);
  PERFORM sminion.begin_load(l.login) FROM (SELECT DISTINCT o.login FROM sminion.login o ORDER BY o.login) l;
  DELETE FROM sminion.login_consent;
  INSERT INTO sminion.login_consent (login, purpose)
  SELECT j.login, j.purpose FROM jsonb_to_recordset(registry -> 'consent_logins') AS j (login name, purpose text);
  DELETE FROM sminion.login_compartment o
  WHERE NOT EXISTS (
    SELECT FROM sminion.login l JOIN sminion.compartment c ON c.purpose = l.purpose AND c.recipient = l.recipient
    WHERE l.login = o.login AND c.role = o.role);
  INSERT INTO sminion.login_compartment AS o (login, role, alternating, since)
  SELECT l.login, c.role, l.may_hold_incompatible, new_epoch
  FROM sminion.login l JOIN sminion.compartment c ON c.purpose = l.purpose AND c.recipient = l.recipient
  ON CONFLICT ON CONSTRAINT login_compartment_pkey DO UPDATE SET alternating = excluded.alternating,
    since = CASE WHEN EXISTS (
        SELECT FROM sminion.policy_change x WHERE x.epoch = new_epoch AND x.login = o.login AND x.role = o.role)
      THEN new_epoch ELSE o.since END;

  -- Rows of every table may carry these bits as they were meant until now.
  UPDATE sminion.protected_table p SET dated_bits = p.dated_bits | changed WHERE changed <> 0;

  -- What `apply` took away in this transaction, for the way back (see templates/closed_schema).
  INSERT INTO sminion.closed_grant (statement)
  SELECT DISTINCT s FROM string_to_table(nullif(current_setting('sminion.closed', true), ''), E'\n') s
  ON CONFLICT DO NOTHING;
  PERFORM set_config('sminion.closed', '', true);

  IF NOT EXISTS (SELECT FROM sminion.instance) AND before.epoch IS NULL THEN
    PERFORM sminion.mark_instance();
  END IF;
  PERFORM sminion.begin_log();
  RETURN new_epoch;
END
$sminion$;
