"""A client sets its time zone, so that days end later and rows past their retention are seen again."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from tests.world import Connection, World, acting, ticket

ZONES = ["A+167", "A-167", "Pacific/Kiritimati", "UTC"]


@pytest.fixture
def kept(world: World) -> Iterator[None]:
    """One row that is past its retention by minutes, and one that is not yet."""
    before = world.super("SELECT id, last_seen_at FROM crm.customer WHERE id IN (8, 9)")
    for person, minutes in ((8, -5), (9, 5)):
        world.super(
            "UPDATE crm.customer SET last_seen_at = timezone('UTC', timezone('UTC', now()) - interval '3 years')"
            " + make_interval(mins => %s) WHERE id = %s", minutes, person)
    yield
    for person, moment in before:
        world.super("UPDATE crm.customer SET last_seen_at = %s WHERE id = %s", moment, person)


@pytest.mark.parametrize("zone", ZONES)
def test_a_row_past_its_retention_stays_hidden_in_every_zone(
    kept: None, app: Connection, zone: str
) -> None:
    token = ticket(app, "contract")
    with acting(app, token):
        app.execute(f"SET LOCAL timezone = '{zone}'".encode())
        found = app.execute("SELECT id FROM crm.customer WHERE id IN (8, 9)").fetchall()
    assert found == [(9,)]


def test_a_transaction_that_stays_open_does_not_keep_a_row(world: World, kept: None, app: Connection) -> None:
    """Retention counts from the statement. The transaction's own time stands still as long as its client likes."""
    token = ticket(app, "contract")
    app.execute("BEGIN")
    app.execute("SELECT 1")
    world.super(
        "UPDATE crm.customer SET last_seen_at = clock_timestamp() - interval '3 years' + interval '1 second'"
        " WHERE id = 9")
    time.sleep(1.5)
    app.execute("SELECT sminion.enter(%s)", [token])
    assert app.execute("SELECT id FROM crm.customer WHERE id IN (8, 9)").fetchall() == []
    app.execute("ROLLBACK")
