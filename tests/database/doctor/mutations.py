# ruff: noqa: E501 - a statement stands on one line, as it is sent
"""What may happen to a protected database, by whoever may do it: each a statement, by the name of what it damages.

`{name}` is the policy's name, and `{database}` the database's.
"""

from __future__ import annotations

TABLES = ("crm.customer", "sales.orders", "sales.item", "news.subscriber")
APP, NEWS, CONTRACT, MARKETING = "{name}_app", "{name}_news", "{name}_contract", "{name}_marketing"

ROW_SECURITY = [
    *(f"ALTER TABLE {table} {how}" for table in TABLES
      for how in ("NO FORCE ROW LEVEL SECURITY", "DISABLE ROW LEVEL SECURITY")),
    "ALTER TABLE crm.customer DISABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY",
]
POLICIES = [
    "DROP POLICY {policy} ON crm.customer", "ALTER POLICY {policy} ON crm.customer {all}",
    "ALTER POLICY {policy} ON crm.customer RENAME TO other", "ALTER POLICY {policy} ON crm.customer TO {name}_spy",
]
"""For each of the guard's."""
MORE_POLICIES = [
    "CREATE POLICY wide ON crm.customer USING (true)",
    "CREATE POLICY wide ON sales.item FOR SELECT TO PUBLIC USING (true)",
    "CREATE POLICY narrow ON crm.customer AS RESTRICTIVE USING (id < 5)",
]
TRIGGERS = [
    'DROP TRIGGER "{trigger}" ON crm.customer', 'ALTER TABLE crm.customer DISABLE TRIGGER "{trigger}"',
    'ALTER TABLE crm.customer ENABLE REPLICA TRIGGER "{trigger}"', 'ALTER TRIGGER "{trigger}" ON crm.customer RENAME TO a',
]
"""For each of the guard's."""
MORE_TRIGGERS = [
    "ALTER TABLE crm.customer DISABLE TRIGGER USER",
    'CREATE TRIGGER "~z" BEFORE INSERT ON crm.customer FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()',
]
COLUMNS = [
    "ALTER TABLE crm.customer DROP COLUMN guard_mask CASCADE", "ALTER TABLE crm.customer RENAME COLUMN guard_mask TO mask",
    "ALTER TABLE sales.item DROP COLUMN guard_subject CASCADE", "DROP INDEX sales.item_guard_subject_idx",
    "ALTER TABLE crm.customer ADD COLUMN passport text", "ALTER TABLE crm.customer RENAME COLUMN email TO mail",
    "ALTER TABLE news.subscriber DROP COLUMN email", "DROP INDEX sales.orders_customer_id_idx",
    "ALTER TABLE crm.customer ALTER COLUMN guard_mask SET DEFAULT -1",
]
TABLES_THEMSELVES = [
    "ALTER TABLE crm.customer RENAME TO client", "ALTER TABLE crm.customer SET SCHEMA sales", "DROP TABLE news.subscriber",
    "ALTER SCHEMA crm RENAME TO clients", "CREATE TABLE crm.visitor (id bigint)", "CREATE TABLE crm.vip () INHERITS (crm.customer)",
    "CREATE TABLE sales.party (id bigint NOT NULL); ALTER TABLE crm.customer INHERIT sales.party",
    "CREATE TABLE sales.party (id bigint NOT NULL, customer_id bigint, total numeric, guard_mask bigint) PARTITION BY LIST (id); ALTER TABLE sales.party ATTACH PARTITION sales.orders DEFAULT",
]
OWNERS = [
    f"ALTER TABLE crm.customer OWNER TO {APP}", f"ALTER SCHEMA crm OWNER TO {APP}", f"ALTER DATABASE {{database}} OWNER TO {APP}",
    "ALTER TABLE crm.customer OWNER TO {name}_spy", "ALTER SCHEMA sminion OWNER TO {name}_spy", "ALTER TABLE sminion.ticket OWNER TO {name}_spy",
    f"GRANT {{name}}_dba TO {APP}", "ALTER ROLE {name}_dba LOGIN",
]
GRANTS = [
    f"GRANT SELECT ON crm.customer TO {APP}", "GRANT SELECT ON crm.customer TO PUBLIC", f"GRANT SELECT (email) ON crm.customer TO {MARKETING}",
    "GRANT SELECT ON crm.customer TO {name}_spy", f"GRANT SELECT ON crm.customer TO {CONTRACT}", f"GRANT UPDATE (email) ON crm.customer TO {CONTRACT}",
    f"GRANT TRUNCATE ON crm.customer TO {CONTRACT}", f"GRANT USAGE ON SCHEMA news TO {CONTRACT}", "GRANT USAGE ON SCHEMA crm TO PUBLIC",
    f"GRANT CREATE ON SCHEMA crm TO {APP}", f"GRANT CREATE ON SCHEMA crm TO {CONTRACT}", "GRANT TEMPORARY ON DATABASE {database} TO PUBLIC",
    f"GRANT CREATE ON DATABASE {{database}} TO {APP}", "GRANT EXECUTE ON FUNCTION pg_catalog.lo_create(oid) TO PUBLIC",
    f"GRANT SELECT ON sminion.ticket TO {APP}", f"GRANT EXECUTE ON FUNCTION sminion.revoke_ticket(bigint, text) TO {APP}",
    f"GRANT SELECT ON sminion.subject_state TO {CONTRACT}", "GRANT USAGE ON SCHEMA sminion TO PUBLIC",
    "ALTER DEFAULT PRIVILEGES IN SCHEMA crm GRANT SELECT ON TABLES TO PUBLIC",
    f"ALTER DEFAULT PRIVILEGES FOR ROLE {{name}}_dba IN SCHEMA crm GRANT SELECT ON TABLES TO {APP}",
    f"ALTER DEFAULT PRIVILEGES FOR ROLE {{name}}_dba GRANT SELECT ON TABLES TO {CONTRACT}",
]
REVOKES = [
    f"REVOKE SELECT (email) ON crm.customer FROM {CONTRACT}", f"REVOKE ALL ON crm.customer FROM {CONTRACT}",
    f"REVOKE USAGE ON SCHEMA crm FROM {CONTRACT}", f"REVOKE {CONTRACT} FROM {APP}",
    f"REVOKE EXECUTE ON FUNCTION sminion.context(name, name) FROM {CONTRACT}", "REVOKE SELECT (guard_mask) ON crm.customer FROM sminion_owner",
    "REVOKE USAGE ON SCHEMA crm FROM sminion_owner", f"REVOKE EXECUTE ON FUNCTION sminion.open_log() FROM {APP}",
]
MEMBERSHIPS = [
    f"GRANT {MARKETING} TO {APP}", f"GRANT {CONTRACT} TO {APP} WITH ADMIN OPTION", f"GRANT {MARKETING} TO {CONTRACT}", f"GRANT {CONTRACT} TO {MARKETING}",
    f"GRANT {CONTRACT} TO {{name}}_spy", f"GRANT sminion_owner TO {APP}", f"GRANT {{name}}_privacy_officer TO {CONTRACT}",
    *(f"GRANT {role} TO {APP}" for role in (
        "pg_read_all_data", "pg_write_all_data", "pg_read_server_files", "pg_write_server_files", "pg_execute_server_program")),
    f"GRANT pg_read_all_data TO {CONTRACT}",
]
ROLES = [
    *(f"ALTER ROLE {APP} {attribute}" for attribute in ("SUPERUSER", "BYPASSRLS", "CREATEROLE", "CREATEDB", "REPLICATION", "NOLOGIN")),
    *(f"ALTER ROLE {CONTRACT} {attribute}" for attribute in ("SUPERUSER", "BYPASSRLS", "LOGIN", "CREATEROLE")),
    *(f"ALTER ROLE sminion_owner {attribute}" for attribute in ("SUPERUSER", "BYPASSRLS", "LOGIN")),
    "CREATE ROLE {name}_root LOGIN SUPERUSER", "CREATE ROLE {name}_dump LOGIN BYPASSRLS",
]
FUNCTIONS = [
    "ALTER FUNCTION sminion.context(name, name) RESET search_path", "ALTER FUNCTION sminion.context(name, name) SET search_path = public",
    "ALTER FUNCTION sminion.context(name, name) SECURITY INVOKER", "ALTER FUNCTION sminion.context(name, name) OWNER TO {name}_spy",
    "DROP FUNCTION sminion.context(name, name) CASCADE", "DROP FUNCTION sminion.fix_ticket() CASCADE",
    "CREATE OR REPLACE FUNCTION sminion.settling_waits() RETURNS boolean LANGUAGE sql AS 'SELECT true'",
    "CREATE FUNCTION sminion.extra() RETURNS integer LANGUAGE sql AS 'SELECT 1'",
    "GRANT EXECUTE ON FUNCTION sminion.record_policy(jsonb) TO PUBLIC",
    f"CREATE FUNCTION public.f() RETURNS bigint LANGUAGE sql SECURITY DEFINER AS 'SELECT count(*) FROM crm.customer'; GRANT EXECUTE ON FUNCTION public.f() TO {APP}",
    "CREATE FUNCTION public.t() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS 'BEGIN SELECT email INTO NEW.full_name FROM news.subscriber LIMIT 1; RETURN NEW; END'; CREATE TRIGGER lend BEFORE INSERT ON crm.customer FOR EACH ROW EXECUTE FUNCTION public.t()",
]
THE_LOG = [
    "ALTER TABLE sminion.ticket DISABLE TRIGGER USER", "DROP TRIGGER append_only ON sminion.ticket", "ALTER TABLE sminion.statement_event DISABLE TRIGGER append_only",
    "DROP VIEW sminion.statement_log CASCADE", "ALTER TABLE sminion.ticket ADD COLUMN note text", "DROP INDEX sminion.ticket_actor",
    "CREATE TABLE sminion.extra (a int)",
]
EVENT_TRIGGERS = ["ALTER EVENT TRIGGER {event} DISABLE", "ALTER EVENT TRIGGER {event} ENABLE REPLICA", "DROP EVENT TRIGGER {event}"]
"""For each of the guard's."""
AROUND = [
    "CREATE PUBLICATION p FOR TABLE crm.customer", "CREATE PUBLICATION p FOR ALL TABLES", "CREATE PUBLICATION p FOR TABLES IN SCHEMA crm",
    f"CREATE VIEW public.v AS SELECT * FROM crm.customer; GRANT SELECT ON public.v TO {APP}",
    f"CREATE MATERIALIZED VIEW public.m AS SELECT * FROM crm.customer; GRANT SELECT ON public.m TO {APP}",
    f"CREATE VIEW public.v AS SELECT * FROM crm.customer; GRANT SELECT ON public.v TO {CONTRACT}",
    "ALTER VIEW {name}_contract_views.customer SET (security_invoker = false)", "DROP VIEW {name}_contract_views.orders",
    "GRANT SELECT ON {name}_contract_views.customer TO PUBLIC",
    "ALTER TABLE sales.orders DROP CONSTRAINT orders_customer_id_fkey, ADD FOREIGN KEY (customer_id) REFERENCES crm.customer ON DELETE CASCADE",
    "ALTER TABLE sales.orders DROP CONSTRAINT orders_customer_id_fkey, ADD FOREIGN KEY (customer_id) REFERENCES crm.customer ON UPDATE CASCADE",
    "CREATE TABLE public.copy (id bigint, email text); CREATE RULE r AS ON INSERT TO crm.customer DO ALSO INSERT INTO public.copy VALUES (NEW.id, NEW.email)",
    f"ALTER ROLE {APP} SET session_replication_role = replica",
]


def mutations(policies: list[str], triggers: list[str], events: list[str]) -> list[str]:
    """All of them.

    :param policies: of crm.customer.
    :param triggers: the guard's on crm.customer.
    :param events: the guard's event triggers.
    """
    return [
        *ROW_SECURITY, *MORE_POLICIES,
        *(text.replace("{policy}", name).replace("{all}", "WITH CHECK (true)" if name.endswith("_insert") else "USING (true)")
          for name in policies for text in POLICIES),
        *(text.replace("{trigger}", name) for name in triggers for text in TRIGGERS), *MORE_TRIGGERS, *COLUMNS,
        *TABLES_THEMSELVES, *OWNERS, *GRANTS, *REVOKES, *MEMBERSHIPS, *ROLES, *FUNCTIONS, *THE_LOG,
        *(text.replace("{event}", name) for name in events for text in EVENT_TRIGGERS), *AROUND,
    ]
