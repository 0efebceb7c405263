"""The database of the truth: the demo's tables and much around them, and two roles that may do nothing yet."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from sminion_guard.analyzer import Catalog
from sminion_guard.analyzer.catalog_read import read_catalog
from tests.servers import Database, unique_name
from tests.truth.witness import Roles

HERE = Path(__file__).parent
SHOP = HERE.parent.parent / "examples" / "shop" / "schema.sql"
PATH = ("crm", "sales", "marketing", "support", "web_log", "hr", "legacy", "public")


@dataclass(frozen=True, slots=True)
class World:
    """A database and its catalog."""

    database: Database
    catalog: Catalog
    roles: Roles
    parts: frozenset[str]
    """Optional parts that the server was built with."""
    keys: frozenset[tuple[tuple[str, str], tuple[str, str]]]
    """Foreign keys: the table that refers and the one referred to. Writing one makes the server look into the other."""

    cascades: frozenset[tuple[tuple[str, str], tuple[str, str]]] = frozenset()
    """Those of them that delete a row which refers to a deleted one, or empty its columns."""

    @contextmanager
    def connection(self) -> Iterator[psycopg.Connection[Any]]:
        """A superuser's connection with the search_path of the catalog."""
        with self.database.connect() as connection:
            set_path(connection, self.catalog.search_path)
            yield connection


def shop_world(database: Database) -> World:
    """The demo's shop, `world.sql` and `world_code.sql`."""
    with database.connect() as connection:
        connection.execute(SHOP.read_bytes())
        connection.execute((HERE / "world.sql").read_bytes())
        connection.execute((HERE / "world_code.sql").read_bytes())
    return settle(database, PATH)


def settle(database: Database, path: tuple[str, ...]) -> World:
    """Make the roles, give every view and function to one of them, and read the catalog."""
    roles = Roles(unique_name("runner"), unique_name("owner"))
    with database.connect() as connection:
        for role in (roles.runner, roles.owner):
            connection.execute(sql.SQL("CREATE ROLE {}").format(sql.Identifier(role)))
        schemas = [name for (name,) in connection.execute(
            r"SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'")]
        for name in schemas:
            connection.execute(sql.SQL("GRANT USAGE ON SCHEMA {} TO {}, {}").format(
                sql.Identifier(name), sql.Identifier(roles.runner), sql.Identifier(roles.owner)))
        _give_away(connection, roles.owner)
        set_path(connection, path)
        connection.execute("ANALYZE")
        return World(database, read_catalog(connection), roles, _parts(connection), _keys(connection),
                     _keys(connection, "cnd"))


def _keys(
    connection: psycopg.Connection[Any], on_delete: str = "acrnd"
) -> frozenset[tuple[tuple[str, str], tuple[str, str]]]:
    rows = connection.execute(
        "SELECT a.relnamespace::regnamespace::text, a.relname, b.relnamespace::regnamespace::text, b.relname "
        "FROM pg_constraint c JOIN pg_class a ON a.oid = c.conrelid JOIN pg_class b ON b.oid = c.confrelid "
        "WHERE c.confdeltype = ANY (%s)", [list(on_delete)])
    return frozenset(((row[0], row[1]), (row[2], row[3])) for row in rows)


def _parts(connection: psycopg.Connection[Any]) -> frozenset[str]:
    try:
        connection.execute("SELECT xmlcomment('')")
    except psycopg.errors.FeatureNotSupported:
        return frozenset()
    return frozenset({"xml"})


def set_path(connection: psycopg.Connection[Any], path: tuple[str, ...]) -> None:
    connection.execute(sql.SQL("SET search_path = {}").format(sql.SQL(", ").join(map(sql.Identifier, path))))


def _give_away(connection: psycopg.Connection[Any], owner: str) -> None:
    """An owner that may do nothing by itself: then the server checks what goes through views and functions too."""
    views = connection.execute(
        "SELECT relnamespace::regnamespace::text, relname FROM pg_class "
        r"WHERE relkind IN ('v', 'm') AND relnamespace::regnamespace::text !~ '^(pg_|information_schema)'").fetchall()
    for schema, name in views:
        view, role = sql.Identifier(schema, name), sql.Identifier(owner)
        connection.execute(sql.SQL("ALTER TABLE {} OWNER TO {}").format(view, role))
    functions = connection.execute(
        "SELECT p.oid::regprocedure::text FROM pg_proc p WHERE p.prosecdef "
        r"AND p.pronamespace::regnamespace::text !~ '^(pg_|information_schema)'").fetchall()
    for (signature,) in functions:
        connection.execute(sql.SQL("ALTER ROUTINE {} OWNER TO {}").format(sql.SQL(signature), sql.Identifier(owner)))
