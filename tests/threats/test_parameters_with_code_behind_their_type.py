"""Attack: without a purpose, bind a parameter of a domain, whose CHECK then runs, or hide a type of the server."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from psycopg.types.string import StrDumper

from sminion_guard import connect, processing
from sminion_guard.errors import ContextMissing
from sminion_guard.session import Guard, GuardedConnection
from tests.world import World


class Lure(str):
    """Sent as a parameter of the domain."""


@pytest.fixture(scope="module")
def oid(world: World) -> Iterator[int]:
    world.super("CREATE SCHEMA lure; GRANT USAGE ON SCHEMA lure TO PUBLIC;"
                "CREATE FUNCTION lure.ran(x text) RETURNS bool LANGUAGE sql AS"
                " $$SELECT set_config('lure.ran', x, false) IS NOT NULL$$;"
                "CREATE DOMAIN lure.d AS text CHECK (lure.ran(VALUE));"
                f"GRANT TEMP ON DATABASE {world.database.name} TO {world.name}_app")
    ((found,),) = world.super("SELECT 'lure.d'::regtype::oid::bigint")
    yield found
    world.super("DROP SCHEMA lure CASCADE")


@pytest.fixture
def client(world: World, oid: int) -> Iterator[GuardedConnection[Any]]:
    guard = Guard(world.policy)
    with connect(world.database.dsn(f"{world.name}_app"), policy=guard) as connection:
        adapt(connection, oid)
        yield connection
    guard.close()


def adapt(connection: psycopg.Connection[Any], oid: int) -> None:
    dumper = type("Dumper", (StrDumper,), {"oid": oid})
    connection.adapters.register_dumper(Lure, dumper)


def ran(connection: psycopg.Connection[Any]) -> bytes | None:
    """Asked past the guard."""
    return connection.pgconn.exec_(b"SELECT current_setting('lure.ran', true)").get_value(0, 0) or None


def test_a_check_of_a_domain_does_not_run(world: World, oid: int, client: GuardedConnection[Any]) -> None:
    with psycopg.connect(world.database.dsn(f"{world.name}_app")) as raw:
        adapt(raw, oid)
        raw.execute("SELECT %s", [Lure("x")])
        assert ran(raw) == b"x", "the control: a raw session runs it"
    for kind in (psycopg.Cursor, psycopg.RawCursor):
        client.cursor_factory = kind
        text = "SELECT $1" if kind is psycopg.RawCursor else "SELECT %s"
        for first in (False, True):
            for prepare in (False, True):
                if first:
                    assert client.execute(text, ["x"]).fetchone() == ("x",), "the control"
                with pytest.raises(ContextMissing):
                    client.execute(text, [Lure("x")], prepare=prepare)
                client.rollback()
    client.cursor_factory = psycopg.Cursor
    with pytest.raises(ContextMissing):
        list(client.cursor().stream("SELECT %s", [Lure("x")]))
    client.rollback()
    for several in (["x", Lure("x")], [Lure("x"), "x"]):
        with pytest.raises(ContextMissing):
            client.cursor().executemany("SELECT %s", [(each,) for each in several])
        client.rollback()
    assert ran(client) is None
    client.rollback()
    with processing("contract", actor="a", reason="b"):
        assert client.execute("SELECT count(*) FROM crm.customer WHERE email = %s", ["x"]).fetchone() == (0,)


def test_a_temporary_type_is_not_taken_for_the_servers_own(client: GuardedConnection[Any]) -> None:
    client.pgconn.exec_(b"CREATE DOMAIN pg_temp.date AS text CHECK (lure.ran(VALUE))")
    taken = client.pgconn.exec_(b"SELECT 'no date'::\"date\"")
    assert taken.get_value(0, 0) == b"no date", "the control: by default the temporary schema comes first"
    client.pgconn.exec_(b"SELECT set_config('lure.ran', '', false)")
    client.rollback()
    client.execute("SELECT 1")
    result = client.pgconn.exec_(b"SELECT 'no date'::\"date\"")
    assert result.error_field(psycopg.pq.DiagnosticField.SQLSTATE) == b"22007"
    client.rollback()
    assert ran(client) is None
