# ruff: noqa: E501 - an attack stands on one line, as it is sent
"""Attack: with what customer 5 permits or asked for, open, or close, the data of employee 5."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sminion_guard.embedded import Server
from tests.firm import AGENT, Connection, Firm, new_firm
from tests.world import acting, refusal, rows, ticket

OF_EMPLOYEES = ("SELECT id FROM firm.employee WHERE id = 5", "SELECT id FROM firm.badge WHERE employee_id = 5")
OF_CUSTOMERS = ("SELECT id FROM firm.customer WHERE id = 5", "SELECT id FROM firm.orders WHERE customer_id = 5")


@pytest.fixture
def firm(server: Server) -> Iterator[Firm]:
    with new_firm(server, shared_roles=True) as firm:
        yield firm


@pytest.fixture(scope="module")
def standing(server: Server) -> Iterator[Firm]:
    """One whom refused attacks leave as it is."""
    with new_firm(server, shared_roles=True) as firm:
        yield firm


@pytest.fixture
def officer(firm: Firm) -> Iterator[Connection]:
    with firm.connect("officer") as connection:
        yield connection


def seen(firm: Firm, *statements: str, purpose: str = "work", login: str = "app", **more: object) -> list[bool]:
    """Whether each statement shows a row to the application, under a new ticket."""
    with firm.connect(login) as app, acting(app, ticket(app, purpose, **more)):
        return [bool(rows(app, statement)) for statement in statements]


@pytest.mark.parametrize("settled", [False, True], ids=["at once", "settled"])
def test_a_consent_of_one_opens_nothing_of_the_other(firm: Firm, officer: Connection, settled: bool) -> None:
    officer.execute("SELECT sminion.give_consent('5', 'news', 'ticked the box', kind => 'customer')")
    firm.settle()
    assert seen(firm, *OF_CUSTOMERS, *OF_EMPLOYEES, purpose="news") == [True, True, False, False]
    officer.execute("SELECT sminion.give_consent('5', 'news', 'ticked the box', kind => 'employee')")
    firm.settle()
    assert seen(firm, *OF_CUSTOMERS, *OF_EMPLOYEES, purpose="news") == [True, True, True, True]
    officer.execute("SELECT sminion.withdraw_consent('5', 'news', 'asked', kind => 'customer')")
    if settled:
        firm.settle()
    assert seen(firm, *OF_CUSTOMERS, *OF_EMPLOYEES, purpose="news") == [False, False, True, True]


@pytest.mark.parametrize("settled", [False, True], ids=["at once", "settled"])
def test_a_block_of_one_hides_that_one_alone(firm: Firm, officer: Connection, settled: bool) -> None:
    assert seen(firm, *OF_CUSTOMERS, *OF_EMPLOYEES) == [True, True, True, True]
    officer.execute("SELECT sminion.block('5', 'asked', kind => 'employee')")
    if settled:
        firm.settle()
    assert seen(firm, *OF_CUSTOMERS, *OF_EMPLOYEES) == [True, True, False, False]
    officer.execute("SELECT sminion.block('5', 'asked', kind => 'customer')")
    officer.execute("SELECT sminion.unblock('5', 'done', kind => 'employee')")
    firm.settle()
    assert seen(firm, *OF_CUSTOMERS, *OF_EMPLOYEES) == [False, False, True, True]


def test_rows_written_after_a_block_are_hidden_by_their_own_kind(firm: Firm, officer: Connection) -> None:
    officer.execute("SELECT sminion.block('21', 'asked', kind => 'employee')")
    with firm.connect() as app, acting(app, ticket(app, "work")):
        app.execute("INSERT INTO firm.customer VALUES (21, 'customer 21')")
        assert refusal(app, "INSERT INTO firm.employee VALUES (21, 'employee 21')") == "42501"


@pytest.mark.parametrize(("call", "code"), [
    ("sminion.block('5', 'asked')", "SG460"), ("sminion.block('5', 'asked', kind => '')", "SG460"),
    ("sminion.block('5', 'asked', kind => 'Employee')", "SG460"), ("sminion.block('employee:5', 'asked')", "SG460"),
    ("sminion.block('5', 'asked', kind => 'customer:5')", "SG460"), ("sminion.unblock('5', 'asked', kind => 'nobody')", "SG460"),
    ("sminion.give_consent('5', 'news', 'asked')", "SG460"), ("sminion.withdraw_consent('5', 'news', 'asked')", "SG460"),
    ("sminion.object('5', 'news', 'asked')", "SG460"), ("sminion.withdraw_objection('5', 'news', 'asked')", "SG460"),
    ("sminion.block('employee:5', 'asked', kind => 'employee')", "SG504"), ("sminion.block('', 'asked', kind => 'employee')", "SG504"),
    (f"sminion.block('{AGENT}', 'asked', kind => 'employee')", "SG504"), ("sminion.block('5', 'asked', kind => 'agent')", "SG504"),
])
def test_whom_an_officer_means_is_never_guessed(standing: Firm, call: str, code: str) -> None:
    with standing.connect("officer") as officer:
        assert refusal(officer, f"SELECT {call}") == code
    assert standing.super("SELECT count(*) FROM sminion.subject_event") == [(0,)]


def test_a_ticket_for_one_person_shows_that_person_alone(firm: Firm, officer: Connection) -> None:
    for kind in ("customer", "employee"):
        officer.execute("SELECT sminion.block('5', 'asked', kind => %s)", [kind])
    with firm.connect("desk") as desk:
        assert refusal(desk, "SELECT sminion.open_ticket('repair', 'a', 'r', subject => '5')") == "SG460"
        assert refusal(desk, "SELECT sminion.open_ticket('repair', 'a', 'r', kind => 'customer')") in ("SG214", "SG461")
    for kind, expected in (("employee", [False, False, True, True]), ("customer", [True, True, False, False])):
        assert seen(firm, *OF_CUSTOMERS, *OF_EMPLOYEES, purpose="repair", login="desk", subject="5", kind=kind) == expected
        all_rows = ["SELECT id FROM firm.agent", "SELECT id FROM firm.partner"]
        assert seen(firm, *all_rows, purpose="repair", login="desk", subject="5", kind=kind) == [False, False]
    assert seen(firm, "SELECT id FROM firm.agent", "SELECT id FROM firm.customer", purpose="repair", login="desk",
                subject=AGENT.upper(), kind="agent") == [True, False]


def test_a_kind_without_a_subject_opens_no_ticket(standing: Firm) -> None:
    with standing.connect() as app:
        assert refusal(app, "SELECT sminion.open_ticket('work', 'a', 'r', kind => 'customer')") == "SG461"


def test_a_text_that_reads_like_another_kind_is_a_key_of_its_own(firm: Firm, officer: Connection) -> None:
    """A partner's key may be `customer:6`: the first colon ends the kind, so it never becomes customer 6."""
    of_partner, of_customer = "SELECT id FROM firm.partner WHERE id = 'customer:6'", "SELECT id FROM firm.customer WHERE id = 6"
    officer.execute("SELECT sminion.block('customer:6', 'asked', kind => 'partner')")
    for _ in range(2):
        assert seen(firm, of_partner, of_customer) == [False, True]
        firm.settle()
    officer.execute("SELECT sminion.unblock('customer:6', 'asked', kind => 'partner')")
    officer.execute("SELECT sminion.block('6', 'asked', kind => 'customer')")
    firm.settle()
    assert seen(firm, of_partner, of_customer) == [True, False]


def test_keys_of_one_type_never_meet_the_cast_of_another(firm: Firm, officer: Connection) -> None:
    """All kinds are withheld at once, of three types: every table reads its own, and settling does."""
    for key, kind in (("5", "customer"), ("6", "employee"), (AGENT, "agent"), ("5", "partner")):
        officer.execute("SELECT sminion.block(%s, 'asked', kind => %s)", [key, kind])
    for _ in range(2):
        with firm.connect() as app, acting(app, ticket(app, "work")):
            assert rows(app, "SELECT count(*) FROM firm.customer WHERE id = 5") == [(0,)]
            assert rows(app, "SELECT count(*) FROM firm.customer") == [(19,)]
            assert rows(app, "SELECT count(*) FROM firm.employee") == [(19,)]
            assert rows(app, "SELECT count(*) FROM firm.agent") == [(0,)]
            assert rows(app, "SELECT id FROM firm.partner") == [("customer:6",)]
            assert rows(app, "SELECT id FROM firm.message ORDER BY id") == [(3,), (8,)]
        firm.settle()
    assert firm.super("SELECT withheld, unsettled, stuck FROM sminion.settle_status") == [(0, 0, 0)]


def test_what_the_log_says_names_the_kind(firm: Firm, officer: Connection) -> None:
    with firm.connect() as app:
        token = ticket(app, "work", subject="5", kind="employee")
        app.execute("BEGIN")
        app.execute("SELECT sminion.enter(%s)", [token])
        app.execute("UPDATE firm.customer SET name = 'x' WHERE id = 5")
        app.execute("UPDATE firm.message SET body = 'x' WHERE id IN (1, 3, 4)")
        app.execute("COMMIT")
    officer.execute("SELECT sminion.block('5', 'asked', kind => 'employee')")
    assert rows(officer, "SELECT subject FROM sminion.subject_access WHERE relations = '{firm.customer}'") == [("customer:5",)]
    named = {subject for (subject,) in rows(
        officer, "SELECT subject FROM sminion.subject_access WHERE relations = '{firm.message}'")}
    assert named == {"customer:5", "customer:6", "customer:7", "employee:5", f"agent:{AGENT}"}
    assert rows(officer, "SELECT subject FROM sminion.subject_history") == [("employee:5",)]
    assert rows(officer, "SELECT subject FROM sminion.access_log WHERE subject IS NOT NULL") == [("employee:5",)]
