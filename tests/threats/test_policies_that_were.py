# ruff: noqa: E501 - a change of a policy stands on one line
"""Attack: get by an old policy what the one in force does not give: by a ticket that outlives it, or by an old file."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sminion_guard import connect, migrate, processing
from sminion_guard.embedded import Server
from sminion_guard.errors import GuardError
from sminion_guard.policy import Policy, loads
from sminion_guard.session import Guard
from sminion_guard.session.tickets.cache import Home
from tests.world import PRIVILEGE, Connection, World, acting, new_world, refusal, rows, take, ticket

pytestmark = pytest.mark.filterwarnings("ignore::sminion_guard.session.PolicyMismatchWarning")

EMAIL = "SELECT email FROM crm.customer WHERE id = 5"
BIRTH = "SELECT born_on::text FROM crm.customer WHERE id = 5"
ORDER = "SELECT email FROM sales.orders WHERE id = 5"
WRITE = "INSERT INTO crm.customer (id, email) VALUES (9000, 'x')"
CONTRACT = '[purpose.contract]\ntitle = "Fulfil orders"\nbasis = "contract"\nneeds = ["contact"'
APP = '_app]\npurposes = ["contract", "accounting"]'
WIDE = (CONTRACT, f'{CONTRACT}, "birth"')
"""The policy in which `contract` reads dates of birth too."""


@pytest.fixture(scope="module")
def changing(server: Server) -> Iterator[World]:
    with new_world(server) as world:
        yield world


def said(world: World, *pairs: tuple[str, str]) -> Policy:
    text = world.text()
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new)
    return loads(text)


@pytest.fixture
def world(changing: World) -> World:
    """Each test begins under the wide policy."""
    changing.apply(said(changing, WIDE))
    return changing


@pytest.fixture
def app(world: World) -> Iterator[Connection]:
    with world.connect("app") as connection:
        yield connection


NARROWED = {
    "a category less": (),
    "an operation less": (WIDE, ('may = ["collect", "use", "delete"]\n\n[purpose.accounting]', 'may = ["use"]\n\n[purpose.accounting]')),
    "another basis": (WIDE, ('title = "Fulfil orders"\nbasis = "contract"', 'title = "Fulfil orders"\nbasis = "vital_interest"')),
    "a basis with another bit": (WIDE, ('title = "Fulfil orders"\nbasis = "contract"', 'title = "Fulfil orders"\nbasis = "consent"')),
    "a shorter retention": (WIDE, ('keep = "3 years"', 'keep = "2 years"')),
    "another time zone": (WIDE, ("require_tls = true", 'require_tls = true\ntimezone = "Asia/Tokyo"')),
    "a rule of rows": (WIDE, ('subject = "id"\nretention', 'subject = "id"\nrows = "id < 1000"\nretention')),
    "a value that each ticket carries": (WIDE, ("[purpose.contract]", '[ticket]\nvalues = { tenant = "int" }\n\n[purpose.contract]')),
    "a table less": (WIDE, ('[schema.sales.gift]\nsubject = ["giver", "taker"]\ncolumns = { giver = "key", taker = "key", email = "contact" }\n', "")),
    "a column less": (WIDE, (', last_seen_at = "none" }', ", last_seen_at = \"health\" }")),
    "a shorter life of tickets": (WIDE, ('"15 minutes"', '"10 minutes"')),
}  # fmt: skip


@pytest.mark.parametrize("change", NARROWED)
def test_a_ticket_of_a_compartment_that_was_narrowed_opens_nothing(world: World, app: Connection, change: str) -> None:
    before = ticket(app, "contract")
    with acting(app, before):
        assert rows(app, BIRTH) == [("1990-01-01",)]
    world.apply(said(world, *NARROWED[change]))
    assert refusal(app, "BEGIN", f"SELECT sminion.enter('{before}')") == "SG208"
    app.execute("ROLLBACK")
    for statement in (EMAIL, BIRTH, ORDER, WRITE, "DELETE FROM crm.customer WHERE id = 5"):
        app.execute("BEGIN")
        take(app, world.role("contract"), before)
        assert refusal(app, statement) in ("SG208", PRIVILEGE), statement
        app.execute("ROLLBACK")
    app.execute("BEGIN")
    take(app, world.role("contract"), before)
    assert refusal(app, EMAIL) == "SG208"
    app.execute("ROLLBACK")
    assert world.super("SELECT count(*) FROM crm.customer WHERE id = 9000 OR id = 5") == [(1,)]
    # Back to the policy that the ticket was opened under: what was taken away does not come back with it.
    world.apply(said(world, WIDE))
    assert refusal(app, "BEGIN", f"SELECT sminion.enter('{before}')") == "SG208"
    app.execute("ROLLBACK")
    with acting(app, ticket(app, "contract")):
        assert rows(app, ORDER) == [("e5",)]


def test_a_ticket_of_a_compartment_that_is_left_alone_stays_good(world: World, app: Connection) -> None:
    kept = ticket(app, "accounting")
    with acting(app, kept):
        assert rows(app, ORDER) == [("e5",)]
        world.apply(said(world))
        assert rows(app, ORDER) == [("e5",)]
    with acting(app, kept):
        assert rows(app, ORDER) == [("e5",)]
        assert refusal(app, "SELECT born_on FROM crm.customer") == PRIVILEGE


def test_a_ticket_of_a_compartment_that_gives_more_opens_what_is_in_force_and_its_writes_are_on_record(
    world: World, app: Connection
) -> None:
    world.apply(said(world))
    before = ticket(app, "contract")
    with acting(app, before):
        assert refusal(app, BIRTH) == PRIVILEGE
    world.apply(said(world, WIDE))
    with acting(app, before):
        assert rows(app, BIRTH) == [("1990-01-01",)]
        app.execute(WRITE)
        found = app.execute("SELECT 1 WHERE current_setting('sminion.write_ticket', true) <> ''").fetchall()
    assert found == [(1,)]


def test_a_transaction_that_runs_while_its_compartment_is_narrowed_reads_nothing_more(
    world: World, app: Connection
) -> None:
    with acting(app, ticket(app, "contract")):
        world.apply(said(world))
        assert refusal(app, EMAIL) == "SG208"


def test_a_ticket_that_commits_after_the_policy_changed_is_one_of_the_policy_before(
    world: World, app: Connection
) -> None:
    app.execute("BEGIN")
    late = ticket(app, "contract")
    world.apply(said(world))
    app.execute("COMMIT")
    assert refusal(app, "BEGIN", f"SELECT sminion.enter('{late}')") == "SG208"
    app.execute("ROLLBACK")
    with acting(app, ticket(app, "contract")):
        assert rows(app, EMAIL) == [("e5",)]


def test_a_purpose_that_a_login_lost_and_got_again_does_not_bring_its_tickets_back(
    world: World, app: Connection
) -> None:
    before = ticket(app, "accounting")
    with acting(app, before):
        assert rows(app, ORDER) == [("e5",)]
    world.apply(said(world, WIDE, (APP, '_app]\npurposes = ["contract"]')))
    assert refusal(app, "BEGIN", f"SELECT sminion.enter('{before}')") == "SG208"
    app.execute("ROLLBACK")
    assert refusal(app, "BEGIN", f"SET LOCAL ROLE {world.role('accounting')}") == PRIVILEGE
    app.execute("ROLLBACK")
    world.apply(said(world, WIDE))
    assert refusal(app, "BEGIN", f"SELECT sminion.enter('{before}')") == "SG208"
    app.execute("ROLLBACK")
    with acting(app, ticket(app, "accounting")):
        assert rows(app, ORDER) == [("e5",)]


def test_tickets_of_a_login_that_may_now_hold_incompatible_purposes_are_not_left_unmarked(
    world: World, app: Connection
) -> None:
    before = ticket(app, "contract")
    holds = (APP, '_app]\nmay_hold_incompatible = "it does both"\npurposes = ["contract", "accounting", "personnel"]')
    world.apply(said(world, WIDE, holds))
    assert refusal(app, "BEGIN", f"SELECT sminion.enter('{before}')") == "SG208"
    app.execute("ROLLBACK")
    with acting(app, ticket(app, "contract")):
        assert rows(app, EMAIL) == [("e5",)]
        assert refusal(app, f"SELECT sminion.enter('{ticket_of_another(world)}')") == "SG210"


def ticket_of_another(world: World) -> str:
    with world.connect("app") as connection:
        return ticket(connection, "personnel")


def test_a_ticket_does_not_outlive_a_removal_of_the_policy(world: World, app: Connection) -> None:
    before = ticket(app, "contract")
    with world.database.connect() as admin:
        migrate.remove(admin)
    assert refusal(app, "BEGIN", f"SELECT sminion.enter('{before}')") in ("SG208", PRIVILEGE)
    app.execute("ROLLBACK")
    world.apply(said(world, WIDE))
    assert refusal(app, "BEGIN", f"SELECT sminion.enter('{before}')") == "SG208"
    app.execute("ROLLBACK")
    with acting(app, ticket(app, "contract")):
        assert rows(app, BIRTH) == [("1990-01-01",)]


def test_nobody_decides_himself_since_when_his_tickets_are_good(world: World, app: Connection) -> None:
    for statement in (
        "UPDATE sminion.login_compartment SET since = 0", "TABLE sminion.login_compartment", "TABLE sminion.policy_change",
        "INSERT INTO sminion.policy_change SELECT * FROM sminion.policy_change",
        "SELECT sminion.policy_changes('{}')", "SELECT sminion.changes_since(0, 'x', 'y')",
    ):  # fmt: skip
        assert refusal(app, statement) == PRIVILEGE
        with acting(app, ticket(app, "contract")):
            assert refusal(app, statement) == PRIVILEGE
    with world.database.connect() as admin:
        assert refusal(admin, "DELETE FROM sminion.policy_change") in ("SG505",)


class Believing(Guard):
    """A client that judges by its own file, whatever the server says."""

    def accept(self, home: Home, facts: object, *more: object) -> None:  # type: ignore[override]
        assert self.policy is not None
        self._facts[home], self._in_force[home] = facts, self.policy  # type: ignore[attr-defined]


def test_an_old_and_wider_file_gets_nothing(world: World) -> None:
    wide = said(world, WIDE)
    world.apply(said(world))
    dsn = world.database.dsn(f"{world.name}_app")
    for guard in (Guard(wide), Believing(wide)):
        with connect(dsn, policy=guard) as client, processing("contract", actor="attacker", reason="test"):
            assert client.execute(EMAIL).fetchall() == [("e5",)]
            client.rollback()
            with pytest.raises(GuardError) as refused:
                client.execute(BIRTH)
            assert refused.value.code == "SG103"
        guard.close()
    world.apply(wide)
    with connect(dsn, policy=wide) as client, processing("contract", actor="attacker", reason="test"):
        assert client.execute(BIRTH).fetchall() == [("1990-01-01",)]
