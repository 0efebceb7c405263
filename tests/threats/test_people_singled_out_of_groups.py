"""Attacks: single a person out of a depersonalized view: by its table, hidden groups, secret, or the view itself."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

from sminion_guard.embedded import Server
from tests.database.views.viewing import seen, view, viewed
from tests.world import PRIVILEGE, World, acting, refusal, take, ticket

VIEW = "for_research.people"


@pytest.fixture(scope="module")
def world(server: Server) -> Iterator[World]:
    shown = view('city = "city", who = "pseudonym(id)"')
    with viewed(server, shown, view('city = "city", who = "pseudonym(id)"', purpose="second")) as world:
        world.super("INSERT INTO study.person (id, city) SELECT i, 'Oslo' FROM generate_series(1, 4) i")
        world.super("INSERT INTO study.person (id, city) VALUES (5, 'Rome')")
        world.settle()
        yield world


def test_the_honest_reader_sees_the_group(world: World) -> None:
    assert seen(world, f"SELECT city FROM {VIEW}") == [("Oslo",)] * 4


@pytest.mark.parametrize(
    "attack",
    [
        "SELECT city FROM study.person",
        "SELECT id FROM study.person",
        "SELECT count(*) FROM study.person",
        "SELECT v.city FROM for_research.people v JOIN study.person p ON p.city = v.city",
        "COPY study.person (id) TO STDOUT",
        "SELECT * FROM sminion.view_key",
        "SELECT * FROM sminion.pseudonym_key",
        "SELECT * FROM sminion.subject_merge",
        "SELECT sminion.hmac_pads(NULL)",
        "SELECT sminion.pseudonym('study.person.id', '5')",
        "SELECT sminion.rotate_pseudonyms('for_research.people', 'why not')",
        "SELECT sminion.make_depersonalized_view('{}')",
        "SELECT * FROM for_second.people",
        "SET ROLE sminion_owner",
    ],
)
def test_nothing_but_the_view_is_open(world: World, attack: str) -> None:
    with world.connect("counter") as connection, acting(connection, ticket(connection, "research")):
        assert refusal(connection, attack) == PRIVILEGE


@pytest.mark.parametrize(
    "attack",
    [
        f"CREATE OR REPLACE VIEW {VIEW} AS SELECT city, id::text AS who FROM study.person",
        f"ALTER VIEW {VIEW} SET (security_barrier = false)",
        f"ALTER VIEW {VIEW} OWNER TO CURRENT_USER",
        f"DROP VIEW {VIEW}",
        "CREATE VIEW for_research.mine AS SELECT 1",
        f"DELETE FROM {VIEW}",
        f"UPDATE {VIEW} SET city = 'Rome'",
    ],
)
def test_the_view_cannot_be_altered(world: World, attack: str) -> None:
    with world.connect("counter") as connection, acting(connection, ticket(connection, "research")):
        assert refusal(connection, attack) in (PRIVILEGE, "55000")  # the latter: PostgreSQL writes through no such view


def test_without_a_ticket_the_view_opens_nothing(world: World) -> None:
    with world.connect("counter") as connection:
        assert refusal(connection, f"SELECT * FROM {VIEW}") == PRIVILEGE
        connection.execute("BEGIN")
        connection.execute(f"SET ROLE {world.role('research')}".encode())
        assert refusal(connection, f"SELECT * FROM {VIEW}").startswith("SG2")


def test_a_ticket_for_another_purpose_does_not_open_the_view(world: World) -> None:
    with world.connect("rival") as connection:
        token = ticket(connection, "second")
        with acting(connection, token):
            assert connection.execute("SELECT city FROM for_second.people").fetchall() == [("Oslo",)] * 4
            assert refusal(connection, f"SELECT * FROM {VIEW}") == PRIVILEGE
        connection.execute("BEGIN")
        assert refusal(connection, f"SET ROLE {world.role('research')}") == PRIVILEGE
        connection.execute("ROLLBACK")


def test_not_even_the_owner_of_the_table_reads_the_view_without_a_ticket(world: World) -> None:
    world.super(
        f"GRANT USAGE ON SCHEMA for_research TO {world.name}_owner; GRANT SELECT ON {VIEW} TO {world.name}_owner"
    )
    try:
        with world.connect("owner") as connection:
            code = refusal(connection, f"SELECT * FROM {VIEW}")
            assert code == PRIVILEGE or code.startswith("SG2")
    finally:
        world.super(
            f"REVOKE USAGE ON SCHEMA for_research FROM {world.name}_owner;"
            f"REVOKE SELECT ON {VIEW} FROM {world.name}_owner"
        )


LEAK = "SELECT count(*) FROM {0} WHERE CASE WHEN city = 'Oslo' THEN false ELSE city::integer = 1 END"


def test_a_condition_that_fails_sees_no_row_that_is_hidden(world: World) -> None:
    # The control: on the rows themselves, the error tells the city of the one who is hidden.
    with pytest.raises(psycopg.errors.InvalidTextRepresentation, match="Rome"):
        world.super(f"SET row_security = off; {LEAK.format('study.person')}")
    assert seen(world, LEAK.format(VIEW)) == [(0,)]


@pytest.mark.parametrize(
    "query",
    [
        f"SELECT count(*) FROM {VIEW} WHERE city = 'Rome'",
        f"SELECT count(*) FROM {VIEW} WHERE city <> 'Oslo'",
        f"SELECT count(*) - 4 FROM {VIEW}",
        f"SELECT count(*) - 4 FROM (SELECT city FROM {VIEW} ORDER BY who OFFSET 0) x",
        f"SELECT count(*) FROM {VIEW} v WHERE NOT EXISTS (SELECT FROM {VIEW} w WHERE w.city = 'Oslo')",
    ],
)
def test_a_query_sees_the_hidden_group_in_no_way(world: World, query: str) -> None:
    assert seen(world, query) == [(0,)]


def test_pseudonyms_of_two_purposes_do_not_meet(world: World) -> None:
    first = seen(world, f"SELECT who FROM {VIEW}")
    second = seen(world, "SELECT who FROM for_second.people", login="rival", purpose="second")
    assert len(first) == len(second) == 4 and not set(first) & set(second)


def test_a_cursor_that_was_opened_under_one_ticket_does_not_go_on_under_another(world: World) -> None:
    with world.connect("counter") as connection:
        first, second = ticket(connection, "research"), ticket(connection, "research")
        world.super("SELECT sminion.revoke_ticket(%s, 'test')", int(second.split(".")[0]))
        connection.execute("BEGIN")
        take(connection, world.role("research"), first)
        connection.execute(f"DECLARE c NO SCROLL CURSOR FOR SELECT city FROM {VIEW}")
        take(connection, world.role("research"), second)
        assert refusal(connection, "FETCH c").startswith("SG2")
