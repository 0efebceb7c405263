"""What a database looks like: everything the guard could leave behind, as rows to compare."""

from __future__ import annotations

from typing import Any

from tests.servers import Database

_QUERIES = {
    "schemas": """
        SELECT nspname, nspowner::regrole::text, nspacl::text
        FROM pg_namespace WHERE nspname !~ '^pg_(toast|temp)'""",
    "relations": """
        SELECT c.oid::regclass::text, c.relkind, c.relowner::regrole::text, c.relrowsecurity, c.relforcerowsecurity,
               (SELECT array_agg(a::text ORDER BY a::text) FROM unnest(c.relacl) a), c.reloptions::text,
               obj_description(c.oid, 'pg_class')
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'""",
    "columns": """
        SELECT c.oid::regclass::text, a.attname, a.attnum, format_type(a.atttypid, a.atttypmod), a.attnotnull,
               a.attidentity, a.attacl::text, pg_get_expr(d.adbin, d.adrelid), col_description(c.oid, a.attnum)
        FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
        WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' AND a.attnum > 0 AND NOT a.attisdropped""",
    "constraints": """
        SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid)
        FROM pg_constraint WHERE conrelid <> 0""",
    "indexes": "SELECT schemaname, indexname, indexdef FROM pg_indexes WHERE schemaname !~ '^pg_'",
    "functions": """
        SELECT p.oid::regprocedure::text, pg_get_functiondef(p.oid), p.proowner::regrole::text, p.proacl::text,
               obj_description(p.oid, 'pg_proc')
        FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
        WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'""",
    "lo_functions": """
        SELECT p.oid::regprocedure::text, p.proacl::text
        FROM pg_proc p WHERE p.proname ~ '^(lo_|lowrite)'""",
    "views": "SELECT c.oid::regclass::text, pg_get_viewdef(c.oid) "
             "FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
             "WHERE c.relkind = 'v' AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'",
    "triggers": """
        SELECT tgrelid::regclass::text, tgname, tgenabled, pg_get_triggerdef(oid)
        FROM pg_trigger WHERE NOT tgisinternal""",
    "policies": """
        SELECT schemaname, tablename, policyname, permissive, roles::text, cmd, qual, with_check
        FROM pg_policies""",
    "statistics": """
        SELECT stxnamespace::regnamespace::text, stxname, pg_get_statisticsobjdef(oid)
        FROM pg_statistic_ext""",
    "event triggers": """
        SELECT evtname, evtevent, evtenabled, evttags::text, evtfoid::regprocedure::text, evtowner::regrole::text,
               obj_description(oid, 'pg_event_trigger')
        FROM pg_event_trigger""",
    "types": """
        SELECT t.oid::regtype::text, t.typtype, t.typowner::regrole::text, t.typacl::text,
               obj_description(t.oid, 'pg_type')
        FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
        WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'""",
    "comments": """
        SELECT pg_describe_object(classoid, objoid, objsubid), description
        FROM pg_description d WHERE objoid >= 16384 AND classoid <> 'pg_extension'::regclass""",
    "defaults": "SELECT defaclrole::regrole::text, defaclobjtype, defaclacl::text FROM pg_default_acl",
    "database": "SELECT (SELECT array_agg(a::text ORDER BY a::text) "
                "FROM unnest(coalesce(datacl, acldefault('d', datdba))) a) "
                "FROM pg_database WHERE datname = current_database()",
    "roles": """
        SELECT rolname, rolcanlogin, rolsuper, rolcreaterole, rolbypassrls, shobj_description(oid, 'pg_authid')
        FROM pg_roles""",
    "members": """
        SELECT roleid::regrole::text, member::regrole::text, grantor::regrole::text, admin_option
        FROM pg_auth_members""",
}


def snapshot(database: Database, *, without: tuple[str, ...] = ()) -> dict[str, list[tuple[Any, ...]]]:
    """The catalogs of a database, sorted.

    :param without: kinds that the caller does not compare.
    """
    with database.connect() as connection:
        return {
            kind: sorted(connection.execute(query).fetchall(), key=repr)
            for kind, query in _QUERIES.items()
            if kind not in without
        }
